"""The step at which a class's phones train, on the wall: with phones, with one that cheats, and with none."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from itertools import combinations
from random import Random
from statistics import mean, median
from typing import cast

import pytest

from rnn_compare.browser.trained_seed import bit_by_bit
from rnn_compare.dashboard.pages.present import navigation
from rnn_compare.dashboard.pages.present.lecture_context import step_kinds
from rnn_compare.experiment import Experiment
from rnn_compare.lecture.lecture_file import find
from rnn_compare.lecture.trained.class_networks import ClassNetwork, recorded
from rnn_compare.lecture.trained.class_task import class_task
from rnn_compare.lecture.trained.class_verdict import judgement
from rnn_compare.presets import PHONES
from rnn_compare.server import class_training, visitor
from rnn_compare.server.app import current_app
from rnn_compare.server.class_training import ClassTraining
from rnn_compare.server.services import Services
from rnn_compare.training.analyses import Analysis
from rnn_compare.training.engine import Engine
from tests.lecture.trained_class import some_correct
from tests.patience import until

from .conftest import html, page, press


@pytest.fixture
def step(shared_services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """The shipped lecture, with three phones in the hall that are ready to train, before the step."""
    monkeypatch.setattr(visitor, "is_at_the_machine", lambda: True)
    navigation.begin(shared_services, "luck")
    for device in ("first", "second", "third"):
        current_app().classroom().join(device)
    return shared_services


def go_to_the_step(services: Services, presses: int = 3) -> None:
    """Shows the step, closes its vote and shows its networks."""
    for _ in range(presses):
        navigation.advance(services)
    assert current_app().classroom().state().task_since > 0


def train(device: str, invented: list[int] | None = None) -> list[int]:
    """Sends a phone's network: as its browser trains it, or with this as the last epochs' right reviews."""
    classroom = current_app().classroom()
    classroom.join(device)
    deal = classroom.contribution(device).deal
    assert deal is not None
    right = [250] * (8 - len(invented or ())) + (invented or [])
    correct = some_correct(right)
    if invented is None:
        trained, correct = bit_by_bit(class_task(PHONES.name).experiment(*deal), lambda *_: None)
        right = list(trained)
    classroom.send_network(device, *deal, right, correct)
    return right


def verdict_step() -> int:
    return [step.kind.name for step in find("luck", step_kinds()).steps].index("class_verdict")


def networks() -> list[ClassNetwork]:
    return current_app().classroom().networks.all()


def test_without_phones_this_machine_trains_the_networks(step: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(class_training, "FEWEST", 2)
    go_to_the_step(step)
    until(lambda: page("present.page") and len(networks()) == 4)
    assert {(network.cell, network.origin) for network in networks()} == {("SimpleRNN", "server"), ("LSTM", "server")}
    shown = html(page("present.page"))
    assert "4 networks by this machine." in shown
    assert "Best of 8 epochs on the same 500 held-out reviews: only seeds differ." in shown
    assert shown.count('class="rc-dot rc-own') == 4
    assert "Half of all pairs of 2 SimpleRNNs are" in shown


def test_a_recording_is_played_into_the_same_picture(step: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    navigation.begin(step, "luck", recorded=True)
    monkeypatch.setattr(class_training, "RECORDING_SECONDS", 0.001)
    go_to_the_step(step)
    until(lambda: page("present.page") and len(networks()) == 40)
    shown = html(page("present.page"))
    assert "40 networks from a recording." in shown
    assert "SimpleRNN</b> 20 networks: median " in shown


def test_a_result_that_cannot_be_repeated_is_left_out_and_the_wall_says_so(
    step: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_training, "FEWEST", 0)
    go_to_the_step(step)
    trained = train("first")
    train("third", invented=[450])
    until(lambda: page("present.page") and current_app().classroom().networks.sent("left out"))
    until(lambda: page("present.page") and networks()[0].status == "repeated")
    assert networks()[0].right == tuple(trained)
    shown = html(page("present.page"))
    assert "1 network by phones." in shown
    assert "This machine trained 2 of the 2 again: 1 is left out, which came out differently." in shown
    assert "Left out: SimpleRNN no. 3, 450 right." in html(page("present.notes"))


BESTS = {
    "SimpleRNN": {"distant": [232, 400], "near": range(255, 363)},
    "LSTM": {"distant": [300, 420], "near": range(360, 380)},
}
"""Right reviews after the best epoch of a forged result: which no training gives, and which one may."""


class Workers:
    """An engine that has a training's result at the second look: an honest one."""

    def __init__(self) -> None:
        self.asked: set[Experiment] = set()

    def analyse(self, _: object, experiment: Experiment) -> Analysis:
        is_done = experiment in self.asked
        self.asked.add(experiment)
        return Analysis(result=honest(experiment.cell, experiment.seed) if is_done else None)


def honest(cell: str, seed: int) -> tuple[tuple[int, ...], str]:
    """Returns the result of some network of the recording's."""
    network = Random(seed).choice([network for network in recorded(PHONES.name).values() if network.cell == cell])
    return network.right, network.correct


def of_honest_classes(statistic: Callable[[list[float], list[float]], float]) -> tuple[float, float]:
    """Returns the range of a statistic of the best accuracies in percent, over classes of 20 honest networks a cell."""
    chance = Random(1)
    bests = [[network.best / 5 for network in recorded(PHONES.name).values() if network.cell == cell] for cell in BESTS]
    values = [statistic(*(chance.choices(of_cell, k=20) for of_cell in bests)) for _ in range(2000)]
    return min(values), max(values)


def test_a_wall_shows_nothing_that_an_honest_class_would_not_while_26_of_37_phones_forge_their_results(
    step: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, classroom = Random(3), current_app().classroom()
    training = ClassTraining(cast("Engine", Workers()), current_app().classroom)
    monkeypatch.setattr(step, "class_training", training)
    least_apart, most_apart = of_honest_classes(
        lambda simple, _: median(abs(a - b) for a, b in combinations(simple, 2))
    )
    least_ahead, most_ahead = of_honest_classes(lambda simple, lstm: mean(lstm) - mean(simple))
    go_to_the_step(step)
    kinds = chance.sample(["honest"] * 11 + ["impossible"] * 6 + ["distant"] * 10 + ["near"] * 10, 37)
    far, outcomes = set[tuple[str, int]](), 0

    def look() -> bool:
        """Looks at the wall; returns whether it says what is right."""
        shown, deals = html(page("present.page")), {network.deal for network in networks()}
        assert deals.isdisjoint(far)
        assert len(re.findall(r'<i class="rc-dot[^"]*" style="left', shown)) == len(deals)
        apart = re.search(r"Half of all pairs of \d+ SimpleRNNs are ([\d.]+) points apart", shown)
        assert (apart is None) is training.waits is ("is known once the last networks are trained." in shown)
        if apart:
            [pair] = judgement(class_task(PHONES.name), networks()).pairs
            assert least_apart <= float(apart[1]) <= most_apart
            assert str(pair).startswith("LSTM is better than SimpleRNN by ")
            assert least_ahead <= 100 * (pair.b.accuracy - pair.a.accuracy) <= most_ahead
        return bool(apart)

    with ExitStack() as pages:
        for number in range(37):
            classroom.join(f"phone {number}")
            pages.enter_context(classroom.pages.opened(f"phone {number}"))
        for number, kind in enumerate(kinds):
            deal = classroom.contribution(f"phone {number}").deal
            assert deal is not None
            cell, (right, correct) = deal[0], honest(*deal)
            if kind == "impossible":
                right = (chance.choice((0, 500)),) * 8
            elif kind != "honest":
                right = (*[220] * 7, chance.choice(BESTS[cell][kind]))
            if kind in ("impossible", "distant"):
                far.add(deal)
            correct = correct if kind == "honest" else some_correct(right)
            classroom.send_network(f"phone {number}", *deal, list(right), correct)
            if number % 6 == 0:
                assert not look()
    for _ in range(30):  # until all that are to be repeated have been
        outcomes += look()
    assert outcomes > 15
    assert far < {network.deal for network in classroom.networks.sent("left out")}, "some near ones are found out too"
    assert classroom.networks.waiting() == []


def test_phones_that_are_here_have_time_before_this_machine_trains_in_their_place(
    step: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_training, "FEWEST", 1)
    classroom = current_app().classroom()
    go_to_the_step(step)
    with classroom.pages.opened("first"), classroom.pages.opened("second"):
        for _ in range(3):
            assert "0 of 2 phones done." in html(page("present.page"))
        assert networks() == []
        monkeypatch.setattr(class_training, "PATIENCE_SECONDS", 0.0)
        until(lambda: page("present.page") and len(networks()) == 2)


def test_while_networks_arrive_the_verdict_waits(step: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(class_training, "FEWEST", 1)
    classroom = current_app().classroom()
    go_to_the_step(step)
    train("first", invented=[259])
    train("second", invented=[370])
    classroom.show_step(verdict_step(), "What the class shows", "")
    with classroom.pages.opened("third"):
        assert "<b>All 2:</b> The verdict waits for the last networks.</p>" in html(page("present.page"))
    assert "<b>All 2:</b> These trained networks differ: LSTM is ahead" in html(page("present.page"))


def test_until_its_answers_are_shown_a_step_with_a_question_shows_no_dot(
    step: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_training, "FEWEST", 0)
    go_to_the_step(step, presses=1)
    classroom = current_app().classroom()
    train("first", invented=[259])
    for device, points in (("first", 9.0), ("second", 1.0)):
        classroom.answer(device, "apart", 1, points)
    for phase in ("open", "closed"):
        assert classroom.state().phase == phase
        shown = html(page("present.page"))
        assert 'class="rc-dot' not in shown
        assert "51.8" not in shown
        assert "1 network by phones." in shown
        navigation.advance(step)
    assert (classroom.state().phase, classroom.state().task_shown) == ("revealed", True)
    assert 'class="rc-dot' in html(page("present.page"))


def test_the_verdict_is_hidden_before_the_networks_are_shown_and_five_are_drawn_by_a_press(
    step: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    navigation.begin(step, "luck", recorded=True)
    monkeypatch.setattr(class_training, "RECORDING_SECONDS", 0.001)
    go_to_the_step(step, presses=1)
    page("present.page")
    current_app().classroom().show_step(verdict_step(), "What the class shows", "")
    app = page("present.page")
    assert [box.value for box in app.info] == ["Nothing is trained yet. Go back (←) to the step where phones train."]
    current_app().classroom().show_task()
    app = page("present.page")
    assert "LSTM is better than SimpleRNN by 12.0 ± 4.7 points" in html(app)
    assert 'rc-faded"' not in html(app)
    press(app, "Draw 5 of each")
    assert html(app).count('rc-faded"') == 30
    assert "<b>5 of each:</b>" in html(app)
    before = html(app)
    press(app, "Draw another 5 of each")
    assert html(app) != before
