"""The card says every number that there is, and none that there is not."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.inference.manifest import Metric
from training.evaluation.metrics_report import Confusion
from training.export.card import card
from training.export.card_facts import CardFacts, ClassFacts, CorpusFacts, NetworkFacts, TrainingFacts
from training.export.recipe_packaging import PROJECT, in_project

SPLIT = "grouped 5-fold"
PLAIN = CardFacts(
    name="animals",
    version="1.2.3",
    task="Which animal is heard.",
    labels=("cat", "dog", "a|b"),
    activation="softmax",
    corpora=(
        CorpusFacts("barks", 1_234, 56, 7.891, "CC-BY-4.0"),
        CorpusFacts("meows", 78, 9, 0.12, "CC0-1.0"),
    ),
    mapping=("barks: `hound` is `dog`.",),
    split=SPLIT,
    leaks=False,
    metrics=(Metric(name="accuracy", value=0.8765, split=SPLIT),),
    temperature=1.2345,
    network=NetworkFacts("genre_cnn", 1_180_000, 39_500_000, 4_744_283),
    training=TrainingFacts(
        recipe="animals.toml",
        command="python -m training run animals.toml --data DATA",
        seed=42,
        data_fingerprint="0f1e2d",
        seconds=754.4,
        device="2 CPU cores",
        trained_on="The weights were learned from all clips.",
    ),
)
FULL = replace(
    PLAIN,
    metrics=(*PLAIN.metrics, Metric(name="ece", value=0.0321, split="another split", interval=(0.021, 0.0432))),
    thresholds={"cat": 0.4711, "dog": 0.62},
    confusion=Confusion(PLAIN.labels, np.array([[51, 1, 0], [13, 37, 0], [2, 0, 6]])),
    classes=(ClassFacts("cat", 51 / 52, 52), ClassFacts("dog", 0.74, 50), ClassFacts("a|b", 0.75, 8)),
    by_corpus={"barks": (Metric(name="accuracy", value=0.9111, split=SPLIT, interval=(0.881, 0.939)),)},
    left_out={"meows": (Metric(name="auc", value=0.6543, split="leave one corpus out"),)},
    weaknesses=("Wolves were never heard.",),
    network=replace(PLAIN.network, difference=2.5e-6),
)
SECTIONS = {
    "Results per corpus": "by_corpus",
    "Results on a corpus that was left out": "left_out",
    "Confusion matrix": "confusion",
    "Recall per label": "classes",
}


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def tables(text: str) -> list[list[list[str]]]:
    """Cells of every table, by rows, rules included."""
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [
        [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in block.splitlines()]
        for block in blocks
    ]


def test_every_fact_is_there() -> None:
    found = sections(card(FULL))
    expected = {
        "": ["# animals 1.2.3", "Which animal is heard.", "3 labels: `cat`, `dog`, `a|b`", "Exactly one label holds"],
        "Data": ["| barks | CC-BY-4.0 | 1,234 | 56 | 7.89 |", "| meows | CC0-1.0 | 78 | 9 |", "`hound`"],
        "Results": [
            "| accuracy | grouped 5-fold | 0.876 |  |",
            "| ece | another split | 0.032 | 0.021 to 0.043 |",
        ],
        "Results per corpus": ["| barks | accuracy | grouped 5-fold | 0.911 | 0.881 to 0.939 |"],
        "Results on a corpus that was left out": ["| meows | auc | leave one corpus out | 0.654 |  |"],
        "Confusion matrix": ["| cat | 51 | 1 | 0 |", "| dog | 13 | 37 | 0 |", r"| a\|b | 2 | 0 | 6 |"],
        "Recall per label": ["| cat | 0.981 | 52 |", "| dog | 0.740 | 50 |", r"| a\|b | 0.750 | 8 |"],
        "Calibration": ["temperature 1.234", "| cat | 0.471 |", "| dog | 0.620 |"],
        "Network": ["genre_cnn", "1,180,000", "39,500,000", "4,744,283 bytes", "2.5e-06"],
        "Training": [
            "`animals.toml`", "python -m training run animals.toml --data DATA", "42", "`0f1e2d`", "12 min 34 s",
            "2 CPU cores", "The weights were learned from all clips.",
        ],
    }  # fmt: skip
    for title, texts in expected.items():
        for text in texts:
            assert text in found[title], (title, text)
    assert set(found) == {*expected, "Known weaknesses"}


def test_weaknesses_are_read_off_the_numbers_the_worst_first() -> None:
    assert sections(card(FULL))["Known weaknesses"].strip().splitlines() == [
        "- Of 50 files with `dog`, 74.0% were found.",
        "- Of 8 files with `a|b`, 75.0% were found.",
        "- Of 52 files with `cat`, 98.1% were found.",
        "- `dog` is taken for `cat` in 13 of 50 files.",
        "- `a|b` is taken for `cat` in 2 of 8 files.",
        "- `cat` is taken for `dog` in 1 of 52 files.",
        "- Wolves were never heard.",
    ]


def test_nothing_is_invented() -> None:
    text = card(PLAIN)
    found = sections(text)
    assert set(found) == {"", "Data", "Results", "Calibration", "Network", "Training"}
    for word in ("interval", "holds from", "no test results"):
        assert word not in text.replace("| interval |", "")
    known = {"1.2.3", "3", "1", "1,234", "56", "7.89", "78", "9", "0.12", "5", "0.876", "1.234"}
    known |= {"1,180,000", "39,500,000", "4,744,283", "42", "12", "34", "2"}
    without_names = re.sub(r"CC-BY-4.0|CC0-1.0|0f1e2d", "", text)
    assert set(re.findall(r"\d[\d.,]*\d|\d", without_names)) == known


@pytest.mark.parametrize(("title", "field"), SECTIONS.items())
def test_one_absent_fact_takes_its_section_only(title: str, field: str) -> None:
    absent: dict[str, Any] = {field: getattr(PLAIN, field)}
    assert set(sections(card(FULL))) - set(sections(card(replace(FULL, **absent)))) == {title}


@pytest.mark.parametrize("facts", [PLAIN, FULL], ids=["plain", "full"])
def test_tables_are_well_formed(facts: CardFacts) -> None:
    text = card(facts)
    found = tables(text)
    assert len(found) >= 4
    assert sum(len(rows) for rows in found) == sum(line.startswith("|") for line in text.splitlines())
    for header, rule, *rows in found:
        assert rows
        assert all(re.fullmatch("---:?", cell) for cell in rule)
        assert {len(row) for row in (rule, *rows)} == {len(header)}
    assert "\n\n\n" not in text
    assert text.endswith("\n")
    assert not re.search(r"[^\n]\n\|.*\n\|-", text), "a table begins without an empty line before it"


def test_a_leaking_split_is_called_so() -> None:
    assert "These are no test results" in sections(card(replace(PLAIN, leaks=True)))["Results"]


def test_sigmoid_labels_are_said_to_hold_by_themselves() -> None:
    assert "Each label holds or not by itself" in card(replace(PLAIN, activation="sigmoid"))


def test_a_wide_confusion_matrix_is_left_out_but_not_its_worst_confusions() -> None:
    labels = tuple(f"label{number}" for number in range(13))
    counts = np.diag(np.full(13, 10))
    counts[3, 7] = 4
    found = sections(card(replace(PLAIN, labels=labels, confusion=Confusion(labels, counts))))
    assert "Confusion matrix" not in found
    assert found["Known weaknesses"].strip() == "- `label3` is taken for `label7` in 4 of 14 files."


def test_corpora_that_are_hard_when_left_out_are_weaknesses_the_worst_first() -> None:
    def metric(name: str, value: float) -> Metric:
        return Metric(name=name, value=value, split="leave one corpus out")

    left_out = {
        "(all)": (metric("specificity/dog", 0.1),),
        "barks": (metric("recall/dog", 0.9), metric("accuracy/dog", 0.5), metric("recall/dog per chunk", 0.4)),
        "meows": (metric("specificity/dog", 0.8), metric("recall/cat", 0.96)),
    }
    assert sections(card(replace(PLAIN, left_out=left_out)))["Known weaknesses"].strip().splitlines() == [
        "- Of meows, when its labels were not learned: specificity/dog 0.800.",
        "- Of barks, when its labels were not learned: recall/dog 0.900.",
    ]


def test_a_sentence_over_several_lines_stays_one_item() -> None:
    text = card(replace(PLAIN, weaknesses=("Over\n  two lines.",)))
    assert sections(text)["Known weaknesses"].strip() == "- Over two lines."


def test_recipes_are_named_by_their_place_in_the_project(tmp_path: Path) -> None:
    assert in_project(PROJECT / "training" / "recipes" / "systems" / "x.toml") == "training/recipes/systems/x.toml"
    assert in_project(tmp_path / "x.toml") == "x.toml"
