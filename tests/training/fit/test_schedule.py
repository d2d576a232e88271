"""The learning rate: up, down, or level, and never out of its range."""

import pytest

from training.fit.fit_plan import END, START, FitPlan, rate_at

STEPS = 200


def plan(schedule: str, warmup: float) -> FitPlan:
    values = {"epochs": 1, "takes_per_epoch": 1, "batch": 1, "learning_rate": 1.0, "weight_decay": 0.0}
    return FitPlan.model_validate({**values, "schedule": schedule, "warmup": warmup})


def rates(schedule: str, warmup: float) -> list[float]:
    return [rate_at(step, STEPS, plan(schedule, warmup)) for step in range(STEPS)]


def test_a_cosine_rises_and_falls() -> None:
    found = rates("cosine", 0.1)
    assert found[0] == pytest.approx(START)
    assert max(found) == found[20] == 1.0
    assert found[:21] == sorted(found[:21])
    assert found[20:] == sorted(found[20:], reverse=True)
    assert found[110] == pytest.approx((1 + END) / 2, abs=0.01)
    assert END < found[-1] < 2 * END


def test_without_warm_up_it_begins_at_the_top() -> None:
    assert rates("cosine", 0.0)[0] == 1.0


def test_a_constant_rate_stays_once_it_is_reached() -> None:
    found = rates("constant", 0.25)
    assert set(found[50:]) == {1.0}
    assert found[0] == pytest.approx(START)
