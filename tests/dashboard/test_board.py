from rnn_compare.dashboard.components.board import message
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import EpochEnd, Status
from rnn_compare.runs.owner import Owner
from rnn_compare.runs.record import Run


def run(name: str, status: Status, epochs: int = 0) -> Run:
    finished = tuple(EpochEnd(name, n, 0.5, 0.7, 0.6, 0.65, 2.0) for n in range(1, epochs + 1))
    here = Owner(1, 1.0, "here")
    return Run(name, 1, name, Experiment(epochs=10), status, here, "page", created=0.0, epochs=finished)


def said(run: Run, starts: dict[str, float] | None = None) -> tuple[str, str]:
    """What a card says of its run's state, and what its button offers."""
    [card] = message([run], starts or {}, marks=False)["runs"]
    return card["state"], card["press"]


def test_a_run_that_waits_says_its_place_and_when_it_starts() -> None:
    line = {"a": 0.0, "b": 38.0, "c": 95.0}
    assert said(run("a", Status.QUEUED), line) == ("starting", "Stop")
    assert said(run("b", Status.QUEUED), line) == ("waiting, 1st in line, about 40 s", "Stop")
    assert said(run("c", Status.QUEUED), line) == ("waiting, 2nd in line, about 2 min", "Stop")


def test_what_was_broken_off_can_be_continued_and_what_is_finished_has_nothing_to_press() -> None:
    assert said(run("a", Status.INTERRUPTED, 3)) == ("interrupted after 3 of 10 epochs", "Continue")
    assert said(run("a", Status.FAILED, 3))[1] == "Continue"
    assert said(run("a", Status.STOPPED))[1] == "Continue"
    assert said(run("a", Status.RUNNING, 3)) == ("epoch 4 of 10", "Stop")
    assert said(run("a", Status.FINISHED, 10)) == ("finished, epoch 10 of 10", "")


def test_browsers_ask_often_only_while_one_of_their_runs_is_at_work() -> None:
    assert message([run("a", Status.FINISHED, 10), run("b", Status.QUEUED)], {}, marks=False)["busy"]
    assert not message([run("a", Status.FINISHED, 10)], {}, marks=False)["busy"]
