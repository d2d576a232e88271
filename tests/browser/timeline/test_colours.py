"""The colours of timeline.css can be told apart, by people who see fewer of them, too."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

STYLES = Path(__file__).parents[3] / "service" / "web" / "timeline" / "timeline.css"
SCHEMES = ("light", "dark")
WORDS_ON_COLOUR = 4.5
"""Contrast that WCAG AA asks for."""
JUST_TOLD_APART = 0.02
"""Distance in OKLab of two colours that most people just see as two."""
SEEN = {
    "all": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""What becomes of linear RGB in eyes without one kind of cone, after Machado, Oliveira and Fernandes (2009)."""
_CONES = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566]]
_CONES += [[0.0883024619, 0.2817188376, 0.6299787005]]
_OKLAB = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099]]
_OKLAB += [[0.0259040371, 0.7827717662, -0.8086757660]]

Triple = NDArray[np.float64]


def colours(name: str, scheme: str) -> list[Triple]:
    """Linear RGB, 0..1, of `--timeline-NAME`, or of all that are numbered so."""
    pattern = rf"--timeline-{name}(?:-\d)?: light-dark\(#(\w{{6}}), #(\w{{6}})\)"
    pairs = re.findall(pattern, STYLES.read_text("utf-8"))
    assert pairs
    codes = [pair[SCHEMES.index(scheme)] for pair in pairs]
    encoded = np.array([[int(code[index : index + 2], 16) / 255 for index in (0, 2, 4)] for code in codes])
    return list(np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4))


def oklab(linear: Triple) -> Triple:
    found: Triple = np.array(_OKLAB) @ np.cbrt(np.array(_CONES) @ np.clip(linear, 0, 1))
    return found


def contrast(one: Triple, other: Triple) -> float:
    dark, light = sorted(float(np.array([0.2126, 0.7152, 0.0722]) @ colour) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("sight", SEEN)
@pytest.mark.parametrize("names", [("label", "other"), ("role",)])
def test_colours_are_told_apart(names: tuple[str, ...], sight: str, scheme: str) -> None:
    shown = [np.array(SEEN[sight]) @ colour for name in names for colour in colours(name, scheme)]
    assert len(shown) == (7 if "label" in names else 4)
    nearest = min(float(np.linalg.norm(oklab(one) - oklab(other))) for one, other in combinations(shown, 2))
    assert nearest > 5 * JUST_TOLD_APART


@pytest.mark.parametrize("scheme", SCHEMES)
def test_words_on_the_ribbon_can_be_read(scheme: str) -> None:
    (words,) = colours("on-role", scheme)
    assert min(contrast(words, colour) for colour in colours("role", scheme)) > WORDS_ON_COLOUR
