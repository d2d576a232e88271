"""The waveform overview against its definition, sample by sample."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from service.audio.decoded import Samples
from service.audio.measure import PEAKS_RATE_HZ, PeakMeter
from service.types import MAX_PEAKS_PER_SECOND
from tests.tones import noise, silence, tone


def measured(samples: Samples, per_second: int, cuts: list[int]) -> list[float]:
    meter = PeakMeter(per_second)
    for piece in np.split(samples, sorted(cuts)):
        meter.push(piece)
    meter.finish()
    return list(meter.values)


def defined(samples: Samples, per_second: int) -> list[float]:
    """Sample k, at k / PEAKS_RATE_HZ seconds, belongs to value floor(k / PEAKS_RATE_HZ * per_second)."""
    values: dict[int, float] = {}
    for k, sample in enumerate(samples.tolist()):
        place = k * per_second // PEAKS_RATE_HZ
        values[place] = max(values.get(place, 0.0), min(1.0, abs(sample)))
    return [values[place] for place in range(len(values))]


@examples(max_examples=60, deadline=None)
@given(
    st.integers(1, MAX_PEAKS_PER_SECOND), st.integers(0, 9_000), st.lists(st.integers(0, 9_000), max_size=8), st.data()
)
def test_blocks_of_any_size_give_the_values_of_the_definition(
    per_second: int, length: int, cuts: list[int], data: st.DataObject
) -> None:
    near_borders = [-(-k * PEAKS_RATE_HZ // per_second) + data.draw(st.integers(-1, 1)) for k in range(1, 4)]
    samples = noise(length / PEAKS_RATE_HZ, amplitude=0.4, seed=length)
    inside = [min(cut, length) for cut in [*cuts, *near_borders]]
    assert measured(samples, per_second, inside) == defined(samples, per_second)


@pytest.mark.parametrize("per_second", [1, 3, 7, 20, 64, 99, 100])
@pytest.mark.parametrize("length", [1, 159, 160, 161, 5_333, 5_334, 15_999, 16_000, 16_001, 48_000])
def test_every_started_stretch_has_a_value(per_second: int, length: int) -> None:
    samples = tone(300, length / PEAKS_RATE_HZ)
    values = measured(samples, per_second, [length // 2])
    assert len(values) == (length - 1) * per_second // PEAKS_RATE_HZ + 1
    assert values == defined(samples, per_second)


def test_a_click_is_seen_where_it_is_and_nowhere_else() -> None:
    samples = silence(2)
    samples[16_000 + 799] = -0.5
    assert [place for place, value in enumerate(measured(samples, 20, [])) if value] == [20]
    samples = silence(2)
    samples[16_000 + 800] = 0.5
    assert [place for place, value in enumerate(measured(samples, 20, [])) if value] == [21]


def test_full_scale_is_the_most() -> None:
    assert measured(3 * tone(300, 1, amplitude=1.0), 2, []) == [1.0, 1.0]


def test_values_are_there_as_soon_as_they_can_change_no_more() -> None:
    meter = PeakMeter(10)
    meter.push(tone(300, 0.1)[:-1])
    assert len(meter.values) == 0
    meter.push(tone(300, 0.1)[-1:])
    assert len(meter.values) == 1
    meter.finish()
    assert len(meter.values) == 1


def test_nothing_has_no_values() -> None:
    assert measured(silence(0), 20, []) == []
