"""Each layout as it is published, in miniature."""

from collections.abc import Callable
from pathlib import Path

import pytest

from training.corpora.corpus import Clip, CorpusError
from training.corpora.layouts import GENRES, read_corpus


def touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"sound")


def urbansound8k(root: Path) -> None:
    (root / "metadata").mkdir()
    (root / "metadata" / "UrbanSound8K.csv").write_text(
        "slice_file_name,fsID,start,end,salience,fold,classID,class\n"
        "100032-3-0-0.wav,100032,0.0,0.3,1,5,3,dog_bark\n"
        "100263-2-0-117.wav,100263,58.5,62.5,1,5,2,children_playing\n"
        "100263-2-0-121.wav,100263,60.5,64.5,1,5,2,children_playing\n"
    )
    touch(root, "audio/fold5/100032-3-0-0.wav", "audio/fold5/100263-2-0-117.wav", "audio/fold5/100263-2-0-121.wav")


def esc50(root: Path) -> None:
    (root / "meta").mkdir()
    (root / "meta" / "esc50.csv").write_text(
        "filename,fold,target,category,esc10,src_file,take\n"
        "1-100032-A-0.wav,1,0,dog,True,100032,A\n"
        "2-100038-B-14.wav,2,14,chirping_birds,False,100038,B\n"
    )
    touch(root, "audio/1-100032-A-0.wav", "audio/2-100038-B-14.wav")


def tut_development(root: Path) -> None:
    (root / "meta.txt").write_text(
        "audio/a_0_10.wav\tbeach\ta\naudio/a_10_20.wav\tbeach\ta\naudio/b_0_10.wav\tbus\tb\n"
    )
    touch(root, "audio/a_0_10.wav", "audio/a_10_20.wav", "audio/b_0_10.wav")
    touch(root, "evaluation_setup/fold1_train.txt", "evaluation_setup/fold2_train.txt")
    (root / "evaluation_setup" / "fold1_evaluate.txt").write_text("audio/a_0_10.wav\tbeach\naudio/a_10_20.wav\tbeach\n")
    (root / "evaluation_setup" / "fold2_evaluate.txt").write_text("audio/b_0_10.wav\tbus\n")


def tut_2016(root: Path) -> None:
    files = [f"audio/{name}.wav" for name in ("a001_0_30", "a001_30_60", "b020_0_30")]
    lines = "".join(f"{file}\tcafe/restaurant\n" for file in files)
    touch(root, *files, "evaluation_setup/fold1_train.txt")
    (root / "meta.txt").write_text(lines)
    (root / "evaluation_setup" / "fold1_evaluate.txt").write_text(lines)


def tut_evaluation(root: Path) -> None:
    (root / "meta.txt").write_text("audio/1.wav\tbeach\naudio/2.wav\tbus\n")
    touch(root, "audio/1.wav", "audio/2.wav")


def gtzan_genres(root: Path) -> None:
    touch(root, *(f"genres/{genre}/{genre}.{number:05}.au" for genre in GENRES for number in range(2)))


def gtzan_music_speech(root: Path) -> None:
    touch(root, "music_wav/bagpipe.wav", "music_wav/winds.wav", "speech_wav/acomic.wav", "music_wav/.DS_Store")


def manifest(root: Path) -> None:
    (root / "manifest.csv").write_text(
        "path,label,group,corpus,licence,split\nx/a.opus,dog,g1,esc50,CC BY,train\nx/b.opus,cat,g2,esc50,CC BY,test\n"
    )
    touch(root, "x/a.opus", "x/b.opus")


def class_folders(root: Path) -> None:
    touch(root, "cat/1.wav", "cat/2.wav", "dog/1.wav", "readme.txt")


CASES: list[tuple[Callable[[Path], None], str, dict[str, int], set[str], set[str | None]]] = [
    (urbansound8k, "urbansound8k", {"dog_bark": 1, "children_playing": 2}, {"us8k-100032", "us8k-100263"}, {"5"}),
    (esc50, "esc50", {"dog": 1, "chirping_birds": 1}, {"esc-100032", "esc-100038"}, {"1", "2"}),
    (tut_development, "tut acoustic scenes", {"beach": 2, "bus": 1}, {"tut-beach-a", "tut-bus-b"}, {"1", "2"}),
    (
        tut_2016,
        "tut acoustic scenes",
        {"cafe_restaurant": 3},
        {"tut-cafe_restaurant-a001", "tut-cafe_restaurant-b020"},
        {"1"},
    ),
    (tut_evaluation, "tut acoustic scenes", {"beach": 1, "bus": 1}, {"tut-beach-1", "tut-bus-2"}, {None}),
    (gtzan_music_speech, "gtzan music/speech", {"music": 2, "speech": 1}, {"bagpipe", "winds", "acomic"}, {None}),
    (manifest, "manifest.csv", {"dog": 1, "cat": 1}, {"g1", "g2"}, {None}),
    (class_folders, "class folders", {"cat": 2, "dog": 1}, {"cat/1", "cat/2", "dog/1"}, {None}),
]


@pytest.mark.parametrize(("make", "name", "labels", "groups", "folds"), CASES)
def test_a_layout_is_recognised_and_read(
    tmp_path: Path,
    make: Callable[[Path], None],
    name: str,
    labels: dict[str, int],
    groups: set[str],
    folds: set[str | None],
) -> None:
    make(tmp_path)
    corpus = read_corpus(tmp_path)
    assert corpus.name == name
    assert {label: sum(clip.label == label for clip in corpus.clips) for label in labels} == labels
    assert len(corpus.clips) == sum(labels.values())
    assert {clip.group for clip in corpus.clips} == groups
    assert {clip.fold for clip in corpus.clips} == folds
    assert all(clip.path.is_file() for clip in corpus.clips)
    assert corpus.missing == ()


def test_gtzan_genres_under_any_of_their_folders(tmp_path: Path) -> None:
    gtzan_genres(tmp_path)
    assert len(read_corpus(tmp_path).clips) == 20
    (tmp_path / "genres").rename(tmp_path / "genres_original")
    assert read_corpus(tmp_path).name == "gtzan genres"
    assert read_corpus(tmp_path / "genres_original").name == "gtzan genres"


def test_only_the_evaluation_set_is_for_testing(tmp_path: Path) -> None:
    for make in (tut_development, tut_evaluation):
        root = tmp_path / make.__name__
        root.mkdir()
        make(root)
        assert {clip.is_test for clip in read_corpus(root).clips} == {make is tut_evaluation}


def test_a_manifest_says_which_clips_are_for_testing(tmp_path: Path) -> None:
    manifest(tmp_path)
    assert read_corpus(tmp_path).clips[1] == Clip(
        tmp_path / "x/b.opus", "cat", "g2", "esc50", licence="CC BY", name=f"{tmp_path.name}/x/b.opus", is_test=True
    )


def test_a_file_that_is_listed_twice_is_refused(tmp_path: Path) -> None:
    manifest(tmp_path)
    table = tmp_path / "manifest.csv"
    table.write_text(table.read_text() + table.read_text().splitlines()[2] + "\n")
    with pytest.raises(CorpusError, match=r"/x/b\.opus is listed 2 times; once is needed\."):
        read_corpus(tmp_path)


def test_missing_files_are_named(tmp_path: Path) -> None:
    esc50(tmp_path)
    (tmp_path / "audio" / "2-100038-B-14.wav").unlink()
    corpus = read_corpus(tmp_path)
    assert corpus.missing == (tmp_path / "audio" / "2-100038-B-14.wav",)
    assert len(corpus.clips) == 1


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("path,label\na,b\n", "manifest.csv has no column group; it has"),
        ("path,label,group\na.wav,,g\n", "manifest.csv, line 2: label is empty."),
        ("path,label,group\nnowhere.wav,dog,g\n", "none of its sound files is there"),
    ],
)
def test_a_table_that_does_not_fit_is_explained(tmp_path: Path, table: str, message: str) -> None:
    (tmp_path / "manifest.csv").write_text(table)
    with pytest.raises(CorpusError, match=message):
        read_corpus(tmp_path)


def test_a_folder_without_a_layout_says_what_is_known(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no known layout\. Known are: manifest\.csv, urbansound8k, esc50"):
        read_corpus(tmp_path)
    with pytest.raises(CorpusError, match="is no folder"):
        read_corpus(tmp_path / "nowhere")
    (tmp_path / "meta.txt").write_text("no tabs here\n")
    (tmp_path / "audio").mkdir()
    with pytest.raises(CorpusError, match="line 1: a file and its scene are expected"):
        read_corpus(tmp_path)
