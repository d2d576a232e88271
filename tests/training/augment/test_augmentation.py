"""What holds for every augmentation of takes, whatever it does."""

import pickle

import numpy as np
import pytest
from pydantic import ValidationError

from service.inference.manifest import explain
from tests.tones import noise
from tests.training.augment.takes import always, take_of
from training.augment.batch import Mixup, SpecAugment
from training.augment.mixing import Background, Overlay
from training.augment.take import Parameters, SoundAugmentation, Step, Take
from training.augment.waveform import BandLimit, Codec, Equalise, Gain, Noise, Reverb, Speed, TimeShift

SOUND = (Gain, BandLimit, Equalise, Noise, Codec, TimeShift, Speed, Reverb)
ALL = (*SOUND, Background, Overlay, SpecAugment, Mixup)
OTHER = take_of(noise(0.3, seed=7), 0, 1)


def step(kind: type[Parameters], probability: float) -> Step:
    made = kind(probability=probability)
    if isinstance(made, Overlay):
        return made.for_labels(["music", "speech"])
    assert isinstance(made, SoundAugmentation | Background)
    return made


def applied(one: Step, take: Take, seed: int) -> Take:
    return one.apply(take, always(OTHER), np.random.default_rng(seed))


@pytest.fixture(params=[*SOUND, Background, Overlay], ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> type[Parameters]:
    one: type[Parameters] = request.param
    return one


@pytest.mark.parametrize("length", [16_000, 7_919])
def test_length_and_dtype_stay_and_the_input_is_left_alone(kind: type[Parameters], length: int) -> None:
    take = take_of(noise(1)[:length])
    samples, targets = take.samples.copy(), take.targets.copy()
    take.samples.flags.writeable = take.targets.flags.writeable = False
    changed = applied(step(kind, 1), take, seed=3)
    assert changed.samples.shape == (length,)
    assert changed.samples.dtype == changed.targets.dtype == np.float32
    assert np.isfinite(changed.samples).all()
    assert not np.array_equal(changed.samples, samples)
    np.testing.assert_array_equal(take.samples, samples)
    np.testing.assert_array_equal(take.targets, targets)


def test_silence_is_no_trouble(kind: type[Parameters]) -> None:
    changed = applied(step(kind, 1), take_of(np.zeros(8_000, dtype=np.float32)), seed=3)
    assert np.isfinite(changed.samples).all()
    assert np.abs(changed.samples).max() < 0.01
    np.testing.assert_array_equal(changed.targets, [1, 0])


def test_the_same_seed_gives_the_same_and_another_does_not(kind: type[Parameters]) -> None:
    one, take = step(kind, 1), take_of(noise(0.5))
    first, again, other = (applied(one, take, seed).samples for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_probability_is_how_often(kind: type[Parameters]) -> None:
    take = take_of(noise(0.1))
    assert all(applied(step(kind, 0), take, seed) is take for seed in range(20))
    assert all(applied(step(kind, 1), take, seed) is not take for seed in range(20))
    half = sum(applied(step(kind, 0.5), take, seed) is not take for seed in range(100))
    assert 30 < half < 70


def test_it_can_be_sent_to_another_process(kind: type[Parameters]) -> None:
    one, take = step(kind, 1), take_of(noise(0.1))
    sent: Step = pickle.loads(pickle.dumps(one))  # noqa: S301  its own bytes
    np.testing.assert_array_equal(applied(sent, take, 1).samples, applied(one, take, 1).samples)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
def test_a_probability_beyond_0_to_1_is_refused(kind: type[Parameters], probability: float) -> None:
    with pytest.raises(ValidationError, match="probability"):
        kind(probability=probability)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_unknown_parameters_are_refused(kind: type[Parameters]) -> None:
    with pytest.raises(ValidationError, match="strength"):
        kind.model_validate({"probability": 1, "strength": 3})


def test_every_range_is_refused_the_wrong_way_round() -> None:
    seen = []
    for kind in ALL:
        for name in kind.model_fields:
            if name.startswith("min_"):
                most = "max_" + name.removeprefix("min_")
                low, high = kind.model_fields[name].default, kind.model_fields[most].default
                with pytest.raises(ValidationError) as refused:
                    kind.model_validate({"probability": 1, name: high, most: low})
                assert explain(refused.value).endswith(f"{name} {high} is above {most} {low}")
                seen.append(name)
    assert len(seen) == 10


def test_a_value_beyond_its_limit_is_refused_with_limit_and_place() -> None:
    with pytest.raises(ValidationError) as refused:
        BandLimit(probability=1, max_hz=9_000)
    assert explain(refused.value) == "max_hz: Input should be less than or equal to 8000"
