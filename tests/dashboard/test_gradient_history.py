from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rnn_compare.dashboard.pages.inside import gradient_history
from rnn_compare.dashboard.pages.inside.gradient_history import (
    FALLEN,
    MOST_EPOCHS,
    GradientHistory,
    introduction,
    message,
)
from rnn_compare.insight.gradient_flow import gradient_flow
from rnn_compare.insight.gradient_norms import GradientNorms
from rnn_compare.runs.events import EpochGradients
from tests.dashboard.chosen_runs import StubStore, chosen, page
from tests.epochs import epoch_end

RISING = np.array([1e-3, 1e-2, 1e-1, 1.0])


def recorded(
    run: str, *epochs: int, states: np.ndarray = RISING, carry: np.ndarray | None = None, both: bool = False
) -> list[EpochGradients]:
    directions = [
        gradient_flow(GradientNorms(backward, states, carry)).plain() for backward in (False, True)[: 1 + both]
    ]
    return [EpochGradients(run, epoch, 16, directions) for epoch in epochs]


def trained(title: str, epochs: int, **changes: Any) -> Any:
    one = chosen(title, **changes)
    ends = tuple(epoch_end(title, epoch, 0.5, 0.7, 0.5, 0.7, 1.0) for epoch in range(1, epochs + 1))
    object.__setattr__(one.run, "epochs", ends)
    return one


def test_each_run_has_a_line_for_each_track_and_direction_and_a_memory_for_every_epoch() -> None:
    lstm = GradientHistory(chosen("lstm", cell="LSTM"), recorded("lstm", 0, 1, carry=2 * RISING))
    both = GradientHistory(chosen("<b>", bidirectional=True), recorded("<b>", 0, 1, 2, both=True))
    sent = message([lstm, both])
    assert sent["epochs"] == [0, 1, 2]
    tracks = [[(line["name"], line["track"], line["dash"]) for line in run["lines"]] for run in sent["runs"]]
    assert tracks == [
        [("lstm", "hidden state", "solid"), ("lstm", "carry track", "dash")],
        [("&lt;b&gt; forward", "hidden state", "solid"), ("&lt;b&gt; backward", "hidden state", "dot")],
    ]
    assert sent["runs"][0]["lines"][1]["values"] == [[2.0, 0.2, 0.02, 0.002]] * 2
    assert [memory["words"] for memory in sent["runs"][1]["memories"]] == [[1, 1, 1], [4, 4, 4]]


def test_the_scale_holds_all_epochs_but_not_what_has_vanished() -> None:
    vanished = recorded("a", 0, states=np.array([1e-12, 1e-3])) + recorded("a", 1, states=np.array([1e-1, 10.0]))
    low, high = message([GradientHistory(chosen("a"), vanished)])["decades"]
    assert low == pytest.approx(np.log10(10 * FALLEN) - 0.3, abs=0.01)
    assert high == pytest.approx(1.3, abs=0.01)


def test_nothing_but_zeros_is_drawn_as_nothing() -> None:
    sent = message([GradientHistory(chosen("a"), recorded("a", 0, states=np.zeros(3)))])
    assert sent["runs"][0]["lines"][0]["values"] == [[None] * 3]
    assert np.isfinite(sent["decades"]).all()


@pytest.mark.parametrize("epochs", [MOST_EPOCHS + 1, 100, 101, 480])
def test_of_very_many_epochs_some_are_sent_the_first_and_the_newest_among_them(epochs: int) -> None:
    sent = message([GradientHistory(chosen("a"), recorded("a", *range(epochs)))])
    assert len(set(sent["epochs"])) == MOST_EPOCHS
    assert (sent["epochs"][0], sent["epochs"][-1]) == (0, epochs - 1)
    assert max(np.diff(sent["epochs"])) <= np.ceil(epochs / MOST_EPOCHS) + 1


def test_reviews_are_counted_for_every_run_not_for_one() -> None:
    few = [EpochGradients("few", 0, 4, recorded("few", 0)[0].directions)]
    histories = [GradientHistory(trained("many", 0), recorded("many", 0)), GradientHistory(trained("few", 0), few)]
    assert "on 4 to 16 long reviews;" in introduction(histories)
    assert "on 16 long reviews;" in introduction(histories[:1])


def test_a_run_of_which_nothing_or_not_all_is_known_is_named() -> None:
    whole = GradientHistory(trained("whole", 2), recorded("whole", 0, 1, 2))
    none = GradientHistory(trained("no`ne", 2), [])
    some = GradientHistory(trained("some", 4), recorded("some", 1, 4))
    assert "Press Play" in introduction([whole])
    assert "whole" not in introduction([whole])
    said = introduction([whole, none, some])
    assert "Of `no ne` nothing was recorded" in said
    assert "Of `some` epochs 2, 3 were passed over" in said
    assert "Press Play" not in introduction([none])


def test_what_is_known_is_drawn_and_runs_without_it_leave_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[dict[str, Any]] = []
    monkeypatch.setattr(gradient_history, "component", lambda *_: lambda data, key: drawn.append(data))  # noqa: ARG005  # its names
    one, old = trained("new", 1), trained("old", 1)
    app = page(gradient_history.show, SimpleNamespace(store=StubStore(*recorded("new", 0, 1))), [one, old])
    assert [run["title"] for run in drawn[-1]["runs"]] == ["new"]
    assert "Of `old` nothing was recorded" in app.markdown[0].value
    page(gradient_history.show, SimpleNamespace(store=StubStore()), [old])
    assert len(drawn) == 1
