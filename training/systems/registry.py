"""All systems of the reports: what each is, what its report states of it, and which recipe makes it here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from training.recipe import RecipeError
from training.tabular.protocols import REPORTED

RECIPES = Path(__file__).parents[1] / "recipes"


@dataclass(frozen=True, slots=True)
class System:
    name: str
    report: str
    what: str
    made_by: Literal["network", "embedding", "table", "cascade", "search"]
    protocol: str
    """The report's."""
    stated: float | None = None
    """The accuracy that the report states; None if it has no number for this one."""
    counted: Literal["file", "chunk"] = "file"
    """What one answer of the report is about."""
    folder: str | None = None
    """Folder of its recipe, in training/recipes; None if it has none."""
    labels: int | None = None
    """How many the report tells apart, where the recipe's data has others."""
    embedder: Literal["weights", "yamnet", "package"] | None = None
    """The option that names the file which embeds."""
    file: str | None = None
    """Name of its recipe; the system's, if not given."""

    @property
    def recipe(self) -> Path:
        assert self.folder is not None
        return RECIPES / self.folder / f"{self.file or self.name}.toml"

    @property
    def metric(self) -> str:
        """Name of the number that is compared, but for what a leaking split adds to it.

        The reports had as many of each label, so that their accuracy is a balanced one."""
        return "balanced_accuracy" if self.counted == "file" else "balanced_accuracy per chunk"

    @property
    def command(self) -> str:
        """What runs it; what is to be filled in is in capitals."""
        given = {
            "network": " --data DATA",
            "search": " --data DATA",
            "embedding": f" --data DATA --{self.embedder} FILE",
            "table": " --data DATA --csv SONGS.csv --csv PARTS.csv",
            "cascade": "",
        }
        return f"python -m training reproduce {self.name}{given[self.made_by]}"


SLICES = "80/20 by file, per slice"
CHUNKS = "70/20/10 by chunk"
FILES = "70/30 by file"
ROWS = "stratified 70/30"
PICTURES = "70/15/15 by picture"
TUT_SCENES = 15

COMPARISON = "music_speech_comparison"
_VGGISH = "embedding, two principal components, logistic regression"
_CLASSIFIERS = {
    "naive_bayes": "naive Bayes",
    "sgd": "stochastic gradient descent",
    "knn": "nearest neighbours",
    "decision_tree": "decision tree",
    "random_forest": "random forest",
    "svm": "support vector machine",
    "logistic_regression": "logistic regression",
    "mlp": "multi-layer perceptron",
    "xgboost": "gradient-boosted trees",
}
_DENSE = {
    "dense_deep": "five dense layers, on rows of features",
    "dense_simple": "three dense layers, on rows of features",
}
_SCENES = {
    "simple": ("five convolutions", {"mel": 0.8875, "stft": 0.8618}),
    "deep": ("eight convolutions", {"mel": 0.7123, "stft": 0.6339}),
    "crnn": ("three convolutions and an LSTM", {}),
    "inception": ("Inception-v3", {}),
    "resnet": ("ResNet-50", {}),
}


def _tables(systems: Mapping[str, str], folder: str | None) -> Iterator[System]:
    for name, what in systems.items():
        yield System(name, "002", f"genre: {what}", "table", ROWS, REPORTED[name].songs, folder=folder)


def _scenes() -> Iterator[System]:
    for name, (what, stated) in _SCENES.items():
        for picture in ("mel", "stft"):
            yield System(
                f"scene_{name}_{picture}",
                "003",
                f"scene: {what}, {picture} pictures",
                "network",
                PICTURES,
                stated.get(picture),
                "chunk",
                "systems",
                TUT_SCENES,
            )


SYSTEMS: tuple[System, ...] = (
    System(
        "music_speech_pooling",
        "000",
        "music or speech: four convolutions, max pooling",
        "network",
        SLICES,
        0.98,
        "chunk",
        "systems",
    ),
    System(
        "music_speech_strided",
        "000",
        "music or speech: four convolutions, strides",
        "network",
        SLICES,
        None,
        "chunk",
        "systems",
    ),
    System(
        COMPARISON,
        "000",
        "the first one's settings, compared",
        "search",
        SLICES,
        counted="chunk",
        folder="systems",
        file="music_speech_pooling",
    ),
    System(
        "music_embedding",
        "001",
        f"music or not: VGGish's {_VGGISH}",
        "embedding",
        FILES,
        0.974,
        folder="embedding",
        embedder="weights",
    ),
    System(
        "music_embedding_yamnet",
        "001",
        f"the same with YAMNet's {_VGGISH}",
        "embedding",
        FILES,
        folder="embedding",
        embedder="yamnet",
    ),
    System(
        "music_embedding_ear",
        "001",
        f"the same with our ear's {_VGGISH}",
        "embedding",
        FILES,
        folder="embedding",
        embedder="package",
    ),
    System("music_vggish", "001", "music or not: all of VGGish, learned", "network", FILES, folder="systems"),
    System("genre_cnn", "001", "genre: five convolutions", "network", CHUNKS, 0.68, "chunk", "systems"),
    System(
        "cascade",
        "001",
        "genre of what network one called music",
        "cascade",
        "what network one called music",
        0.67,
    ),
    *_tables(_CLASSIFIERS, "tabular"),
    *_tables(_DENSE, None),
    System("genre_dense_deep", "002", "genre: five dense layers, from sound", "network", FILES, folder="systems"),
    System("genre_dense_simple", "002", "genre: three dense layers, from sound", "network", FILES, folder="systems"),
    *_scenes(),
)


def systems_named(name: str) -> tuple[System, ...]:
    """One system, or `all`. Raises RecipeError."""
    found = tuple(system for system in SYSTEMS if name in {system.name, "all"})
    if not found:
        raise RecipeError(f"There is no system {name!r}. There are: all, {', '.join(one.name for one in SYSTEMS)}.")
    return found
