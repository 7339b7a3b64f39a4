from typing import Any

import numpy as np
import pytest

from rnn_compare.dashboard.pages.inside.gradients import (
    FALLEN,
    MOST_EPOCHS,
    GradientHistory,
    incomplete,
    message,
)
from rnn_compare.explain.gradient_flow import FollowedGradient, GradientNorms, gradient_flow
from rnn_compare.runs.events import DirectionGradients
from tests.dashboard.chosen_runs import chosen
from tests.epochs import epoch_end

RISING = np.array([1e-3, 1e-2, 1e-1, 1.0])


def flow(*rows: np.ndarray, backward: bool = False, carry: bool = False) -> DirectionGradients:
    states = np.array(rows)
    return gradient_flow(GradientNorms(backward, states, states if carry else None, np.ones(states.shape, np.bool_)))


def history(network: Any, *epochs: int, flows: tuple[DirectionGradients, ...] | None = None) -> Any:
    followed = FollowedGradient(16, flows or (flow(RISING),))
    return GradientHistory(network, epochs[-1], dict.fromkeys(epochs, followed))


def trained(title: str, epochs: int, **changes: Any) -> Any:
    network = chosen(title, **changes)
    ends = tuple(epoch_end(title, epoch, 0.5, 0.7, 0.5, 0.7, 1.0) for epoch in range(1, epochs + 1))
    object.__setattr__(network.run, "epochs", ends)
    return network


def test_each_direction_of_a_run_is_sent_epoch_by_epoch() -> None:
    lstm = history(chosen("lstm", cell="LSTM"), 0, 1, flows=(flow(RISING, carry=True),))
    both = history(chosen("both", bidirectional=True), 0, 2, flows=(flow(RISING), flow(RISING, backward=True)))
    sent = message([lstm, both])
    assert sent["epochs"] == [0, 1, 2]
    assert [run["at"] for run in sent["runs"]] == [1, 2]
    assert [[way["backward"] for way in run["directions"]] for run in sent["runs"]] == [[False], [False, True]]
    first, _ = sent["runs"][0]["directions"][0]["flows"]
    assert first["carry"]["relative"] == [[1.0, 0.1, 0.01, 0.001]]
    assert [epoch["flows"][0]["states"]["memory"] for epoch in sent["runs"][1]["directions"]] == [[1] * 3, [4] * 3]


def test_the_scale_holds_all_epochs_but_not_what_has_vanished() -> None:
    vanished = history(chosen("a"), 0, flows=(flow(np.array([1e-12, 1e-3])),))
    exploding = history(chosen("b"), 0, flows=(flow(np.array([1e-1, 1e-2])),))
    low, high = message([vanished, exploding])["decades"]
    assert low == pytest.approx(np.log10(FALLEN) - 0.1, abs=0.01)
    assert high == pytest.approx(1.1, abs=0.01)


def test_nothing_but_zeros_leaves_an_axis() -> None:
    sent = message([history(chosen("a"), 0, flows=(flow(np.zeros(3)),))])
    assert sent["runs"][0]["directions"][0]["flows"][0]["states"]["memory"] == [0]
    assert np.isfinite(sent["decades"]).all()


@pytest.mark.parametrize("epochs", [MOST_EPOCHS + 1, 100, 101, 480])
def test_of_very_many_epochs_some_are_sent_both_ends_and_the_one_that_is_looked_at_among_them(epochs: int) -> None:
    followed = FollowedGradient(16, (flow(RISING),))
    sent = message([GradientHistory(chosen("a"), 7, dict.fromkeys(range(epochs), followed))])
    assert MOST_EPOCHS - 1 <= len(set(sent["epochs"])) <= MOST_EPOCHS
    assert (sent["epochs"][0], sent["epochs"][-1]) == (0, epochs - 1)
    assert 7 in sent["epochs"]
    assert max(np.diff(sent["epochs"])) <= np.ceil(epochs / MOST_EPOCHS) + 1


def test_a_run_that_lacks_the_gradient_of_an_epoch_is_noticed() -> None:
    whole = history(trained("whole", 2), 0, 1, 2)
    assert not incomplete([whole])
    assert incomplete([whole, history(trained("some", 4), 1, 4)])
