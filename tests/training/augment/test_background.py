import numpy as np
import pytest
from pydantic import ValidationError

from tests.tones import noise, silence, tone
from tests.training.augment.takes import always, level_db, take_of
from training.augment.mixing import Background

TAKE = take_of(tone(440, 2), 1, 0)


@pytest.mark.parametrize("snr_db", [10.0, 25.0])
def test_the_other_is_so_much_softer_and_the_targets_stay(snr_db: float) -> None:
    other = take_of(noise(2), 0, 1)
    plan = Background(probability=1, min_snr_db=snr_db, max_snr_db=snr_db)
    changed = plan.apply(TAKE, always(other), np.random.default_rng(0))
    added = changed.samples - TAKE.samples
    assert level_db(TAKE.samples) - level_db(added) == pytest.approx(snr_db, abs=0.01)
    assert np.corrcoef(added, other.samples)[0, 1] > 0.999
    np.testing.assert_array_equal(changed.targets, [1, 0])


@pytest.mark.parametrize("seconds", [0.5, 3.0])
def test_another_of_other_length_is_repeated_or_cut(seconds: float) -> None:
    other = take_of(noise(seconds), 0, 1)
    added = Background(probability=1).apply(TAKE, always(other), np.random.default_rng(0)).samples - TAKE.samples
    assert np.corrcoef(added, np.resize(other.samples, 32_000))[0, 1] > 0.999


def test_nothing_stands_alone_where_one_is_silent() -> None:
    quiet, rng = take_of(silence(2)), np.random.default_rng(0)
    plan = Background(probability=1)
    assert plan.apply(quiet, always(TAKE), rng) is quiet
    assert plan.apply(TAKE, always(quiet), rng) is TAKE


def test_a_background_that_would_be_heard_as_content_is_refused() -> None:
    with pytest.raises(ValidationError, match="min_snr_db"):
        Background(probability=1, min_snr_db=5)
