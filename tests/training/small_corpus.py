"""A corpus that is told apart in seconds: low tones, high tones and noise, with a recipe for it."""

from pathlib import Path

import numpy as np
import soundfile

from tests.tones import noise, tone

RATE = 16_000
LABELS = ("high", "low", "noise")
RECIPE = """
name = "pitch"
version = "1.0.0"
task = "Is it low, high or noise?"
activation = "softmax"
labels = ["high", "low", "noise"]
chunk_seconds = 1.0
seed = 7

[[sources]]
corpus = "tones"

[front_end]
kind = "logmel"
sample_rate = 16000
n_fft = 512
win_length = 512
hop_length = 320
n_mels = 32
fmin = 50
fmax = 8000

[network]
kind = "genre_cnn"
widths = [8, 8, 16, 16, 32]
dense = 32
dropout = 0.1
frames = 50

[augment.gain]
probability = 0.5
min_db = -12
max_db = 6

[fit]
epochs = 3
takes_per_epoch = 96
batch = 16
learning_rate = 0.01
weight_decay = 0.01

[evaluation]
folds = 2
"""


def write_corpus(root: Path, groups: int = 4, clips: int = 2, seconds: float = 2.3, seed: int = 3) -> Path:
    """`groups` groups of `clips` clips for each label."""
    rows = ["path,label,group,corpus,licence"]
    random = np.random.default_rng(seed)
    for label in LABELS:
        (root / label).mkdir(parents=True)
        for number in range(groups * clips):
            name = f"{label}/{number}.wav"
            soundfile.write(root / name, _sound(label, seconds, random), RATE)
            rows.append(f"{name},{label},{label}{number // clips},tones,CC0")
    (root / "manifest.csv").write_text("\n".join(rows) + "\n")
    return root


def _sound(label: str, seconds: float, random: np.random.Generator) -> np.ndarray:
    floor = noise(seconds, amplitude=0.01, seed=int(random.integers(1_000_000)), rate=RATE)
    if label == "noise":
        return (10 * floor).astype(np.float32)
    hertz = random.uniform(200, 500) if label == "low" else random.uniform(1_500, 4_000)
    return (tone(hertz, seconds, rate=RATE)[: len(floor)] * 0.3 + floor).astype(np.float32)
