"""Each number against librosa asked for it alone, and the windows of a stream against those of the whole sound."""

import fcntl
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import pytest
from numpy.typing import NDArray

from service.errors import ModelError
from service.features.bank import FeatureBank, window_of
from service.features.handcrafted import NAMES, Handcrafted
from service.features.logmel import LogMel
from tests.features.test_logmel import BASE
from tests.tones import noise, tone
from tests.workers.waiting import wait_for

RATE = 22_050
SPEC = Handcrafted(window_seconds=1.0)


def rhythm(seconds: float, hertz: float = 330, rate: int = RATE) -> NDArray[np.float32]:
    """Notes twice a second over faint noise."""
    time = np.arange(round(seconds * rate)) / rate
    return (tone(hertz, seconds, rate) * (time % 0.5 < 0.3) + noise(seconds, rate, 0.02)).astype(np.float32)


def one_by_one(samples: NDArray[np.float32]) -> dict[str, float]:
    """By librosa's own functions, each from the sound, with its defaults and mirrored edges."""
    harmonic, percussive = librosa.effects.hpss(samples, pad_mode="reflect")
    feature = librosa.feature
    series = {
        "chroma_stft": feature.chroma_stft(y=samples, sr=RATE, pad_mode="reflect"),
        "rms": feature.rms(y=samples, pad_mode="reflect"),
        "spectral_centroid": feature.spectral_centroid(y=samples, sr=RATE, pad_mode="reflect"),
        "spectral_bandwidth": feature.spectral_bandwidth(y=samples, sr=RATE, pad_mode="reflect"),
        "rolloff": feature.spectral_rolloff(y=samples, sr=RATE, pad_mode="reflect"),
        "zero_crossing_rate": feature.zero_crossing_rate(samples),
        "harmony": harmonic,
        "perceptr": percussive,
    }
    mfccs = feature.mfcc(y=samples, sr=RATE, pad_mode="reflect")
    series |= {f"mfcc{number}": row for number, row in enumerate(mfccs, 1)}
    moments = {f"{name}_mean": float(np.mean(one)) for name, one in series.items()}
    moments |= {f"{name}_var": float(np.var(one)) for name, one in series.items()}
    tempo, _ = librosa.beat.beat_track(y=samples, sr=RATE)
    return {**moments, "tempo": float(np.atleast_1d(tempo)[0])}


def test_each_number_is_what_librosa_says_of_it_alone() -> None:
    samples = rhythm(4.0)
    numbers = Handcrafted(window_seconds=4.0).describe(samples)
    assert numbers.dtype == np.float32
    assert numbers.shape == (57,)
    expected = one_by_one(samples)
    assert set(expected) == set(NAMES)
    np.testing.assert_allclose(numbers, [expected[name] for name in NAMES], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("samples", [np.zeros(RATE), np.ones(RATE), tone(440, 1.0, RATE, 1e-4)], ids=str)
def test_sound_without_pitch_or_beat_has_numbers_too(samples: NDArray[np.float32]) -> None:
    assert np.isfinite(SPEC.describe(samples.astype(np.float32))).all()


@pytest.mark.parametrize(
    ("seconds", "starts"), [(3.5, [0, 1, 2, 2.5]), (3.05, [0, 1, 2]), (3.0, [0, 1, 2]), (1.4, [0, 0.4])]
)
def test_the_stream_has_the_windows_of_a_file(seconds: float, starts: list[float]) -> None:
    samples, stream = rhythm(seconds), SPEC.stream()
    pieces = [stream.push(samples[first : first + 9_000]) for first in range(0, len(samples), 9_000)]
    frames = np.concatenate([*pieces, stream.finish()])
    expected = [SPEC.describe(samples[round(start * RATE) :][:RATE]) for start in starts]
    np.testing.assert_allclose(frames, expected, rtol=1e-5, atol=1e-7)


def test_a_sound_shorter_than_its_window_is_repeated() -> None:
    samples, stream = rhythm(0.4), SPEC.stream()
    expected = SPEC.describe(np.resize(samples, RATE))
    np.testing.assert_array_equal(np.concatenate([stream.push(samples), stream.finish()]), [expected])
    np.testing.assert_array_equal(window_of(SPEC, samples, 1), [expected])
    assert stream.push(np.empty(0, np.float32)).shape == (0, 57)


def filled(front_ends: list[Any], samples: NDArray[np.float32]) -> FeatureBank:
    bank = FeatureBank(RATE, front_ends)
    for first in range(0, len(samples), 10_000):
        bank.push(samples[first : first + 10_000])
    return bank


def test_a_window_may_start_anywhere() -> None:
    samples = rhythm(3.0)
    bank = filled([SPEC, LogMel(**BASE)], samples)
    bank.finish()
    assert bank.heard_seconds == pytest.approx(3.0, abs=0.03)
    for start in (0.0, 0.7, 2.0):
        expected = SPEC.describe(samples[round(start * RATE) :][:RATE])
        np.testing.assert_array_equal(bank.window(SPEC, start, 1), [expected])
    np.testing.assert_array_equal(bank.window(SPEC, 9.0, 1), [SPEC.describe(samples[-RATE:])])
    two = [SPEC.describe(samples[RATE // 2 :][:RATE]), SPEC.describe(samples[RATE // 2 + RATE :][:RATE])]
    np.testing.assert_array_equal(bank.window(SPEC, 0.5, 2), two)


def test_sound_that_no_window_needs_is_let_go() -> None:
    bank = filled([SPEC], rhythm(3.0))
    kept = bank.window(SPEC, 1.5, 1)
    bank.drop_before(1.5)
    (track,) = bank._tracks.values()
    assert track._sound._frames.shape == (round(1.5 * RATE), 1)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(bank.window(SPEC, 1.5, 1), kept)
    with pytest.raises(AssertionError):
        bank.window(SPEC, 1.4, 1)


def test_models_with_the_same_window_share_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    bank, described = filled([SPEC], rhythm(2.0)), []

    def describe(_: Handcrafted, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        described.append(len(samples))
        return np.zeros(57, np.float32)

    monkeypatch.setattr(Handcrafted, "describe", describe)
    for start in (0.0, 0.5, 0.0):
        bank.window(SPEC, start, 1)
    assert described == [RATE, RATE]


def test_without_librosa_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "librosa", None)
    with pytest.raises(ModelError, match=r"needs librosa, .* `pip install 'earmark-.*\.whl\[handcrafted\]'`"):
        SPEC.describe(rhythm(1.0))


def test_librosa_is_not_imported_before_a_window_is_described() -> None:
    code = (
        "import sys; from service.features.kinds import *; from service.features.handcrafted import Handcrafted;"
        "Handcrafted(window_seconds=3).stream(); print('librosa' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("change", [{"window_seconds": 0.1}, {"window_seconds": 61}, {"sample_rate": 4_000}, {"x": 1}])
def test_parameters_that_do_not_fit_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        Handcrafted(**{"window_seconds": 3.0, **change})


def test_processes_that_compile_for_the_first_time_wait_for_one_another(tmp_path: Path) -> None:
    """Several at once would leave files that crash their readers."""
    code = (
        "import numpy, service.features.handcrafted as it; "
        "it.Handcrafted(window_seconds=1).describe(numpy.zeros(22_050, numpy.float32))"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "numba"), "TMPDIR": str(tmp_path)}
    with (tmp_path / f"earmark-compiles-{os.getuid()}").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        process = subprocess.Popen([sys.executable, "-c", code], env=environment)
        try:
            wait_for(lambda: re.search(rf"-> FLOCK .* {process.pid} ", Path("/proc/locks").read_text()))
            assert not list(tmp_path.rglob("*.nbi"))
        finally:
            process.kill()
            process.wait()
