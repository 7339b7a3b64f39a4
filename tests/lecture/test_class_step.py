"""The steps at which a class's phones train and are judged: with phones that cheat, too.

Who trained the dots, drawings of a few networks, and an earlier class, played or beside this one, are on the tape of
*luck* (``test_tapes.py``).
"""

import json
import re
from collections.abc import Callable, Sequence
from itertools import combinations
from random import Random
from statistics import mean, median
from typing import Any

import pytest

from rnn_compare.class_networks.networks import ClassNetwork, recorded
from rnn_compare.class_networks.task import Deal, class_task
from rnn_compare.class_networks.verdict import judgement
from rnn_compare.lecture.class_training import is_repeated, to_repeat
from rnn_compare.lecture.lecture_file import find
from rnn_compare.lecture.stage import Stage
from rnn_compare.presets import PHONES
from rnn_compare.report import class_dots
from tests.kit.classes import hold, some_correct
from tests.kit.lectures import messages, pressable

TASK = class_task(PHONES.name)


@pytest.fixture(autouse=True)
def _nothing_is_trained(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the networks that these tests send."""
    monkeypatch.setattr(stage.class_training, "follow", lambda *_, **__: None)


def show(stage: Stage, kind: str) -> dict[str, Any]:
    """Shows the step of a kind, and returns what is sent."""
    kinds = [step.kind.name for step in find("luck").steps]
    stage.classroom().show_step(kinds.index(kind), "A step", "")
    return messages(stage)


def dots(wall: dict[str, Any]) -> int:
    return len(re.findall(r'<i class="rc-dot[^"]*" style', json.dumps(wall).replace('\\"', '"')))


def text(wall: dict[str, Any]) -> str:
    return " ".join(line for part in wall["parts"] for line in part.get("lines", [part.get("html", "")]))


def test_the_verdict_waits_for_the_last_networks_and_is_hidden_before_they_are_shown(stage: Stage) -> None:
    classroom = stage.classroom()
    hold(classroom, 30, is_shown=False)
    sent = show(stage, "class_verdict")
    assert text(sent["wall"]) == "Nothing is trained yet. Go back (←) to the step where phones train."
    assert (pressable(sent["wall"]), sent["phones"]["parts"]) == ([], [])
    classroom.show_task()
    stage.class_training.waits = True
    assert "All 30: The verdict waits for the last networks." in text(messages(stage)["wall"])
    stage.class_training.waits = False
    sent = messages(stage)
    assert "All 30: LSTM is better than SimpleRNN by " in text(sent["wall"])
    assert "LSTM is better than SimpleRNN by " in sent["phones"]["parts"][0]["lines"][0]


def test_at_the_end_wall_and_notes_offer_what_phones_have_trained_if_they_have(stage: Stage) -> None:
    for phones in (0, 4):
        hold(stage.classroom(), phones)
        sent = show(stage, "home")
        for page in ("wall", "notes"):
            assert ("Share the networks with phones" in pressable(sent[page])) == (phones > 0)


BESTS = {
    "SimpleRNN": {"distant": [232, 400], "near": range(255, 363)},
    "LSTM": {"distant": [300, 420], "near": range(360, 380)},
}
"""Right reviews after the best epoch of a forged result: which no training gives, and which one may."""


def honest(cell: str, seed: int) -> ClassNetwork:
    """Returns some network of the recording's, as that of this cell and seed."""
    return Random(seed).choice([network for network in recorded(PHONES.name).values() if network.cell == cell])


def of_honest_classes(
    statistic: Callable[[list[float], list[float]], float], counts: Sequence[int]
) -> tuple[float, float]:
    """Returns the range of a statistic of the best accuracies in percent, over classes of so many honest networks."""
    chance = Random(1)
    bests = [[network.best / 5 for network in recorded(PHONES.name).values() if network.cell == cell] for cell in BESTS]
    draws = [*zip(bests, counts, strict=True)]
    values = [statistic(*(chance.choices(of_cell, k=count) for of_cell, count in draws)) for _ in range(2000)]
    return min(values), max(values)


def result(kind: str, deal: Deal, chance: Random) -> tuple[Sequence[int], str]:
    """Returns an honest result of a deal, or one that is forged: which no training gives, or which one may."""
    if kind == "honest":
        network = honest(*deal)
        return network.right, network.correct
    if kind == "impossible":
        right = [chance.choice((0, 500))] * 8
    else:
        right = [*[220] * 7, chance.choice(BESTS[deal[0]][kind])]
    return right, some_correct(right)


def test_a_wall_shows_nothing_that_an_honest_class_would_not_while_26_of_37_phones_forge_their_results(
    stage: Stage,
) -> None:
    chance, classroom, distant = Random(3), stage.classroom(), set[Deal]()
    hold(classroom, 0)
    show(stage, "class_trains")
    kinds = ["honest"] * 11 + ["impossible"] * 6 + ["distant"] * 10 + ["near"] * 10
    for number, kind in enumerate(chance.sample(kinds, 37)):
        classroom.join(f"phone {number}")
        deal = classroom.contribution(f"phone {number}").deal
        assert deal is not None
        right, correct = result(kind, deal, chance)
        classroom.send_network(f"phone {number}", *deal, [*right], correct)
        distant |= {deal} if kind in ("impossible", "distant") else set()
        assert distant.isdisjoint(network.deal for network in classroom.networks.all()), "nobody sees them meanwhile"
    for _ in range(30):  # until all that are to be repeated have been
        networks = classroom.networks
        for network in [*networks.waiting(), *to_repeat(TASK, networks.all(), "secret")]:
            is_same = is_repeated(TASK, network, honest(*network.deal))
            classroom.mark_network(network.deal, "repeated" if is_same else "left out")
    stage.class_training.waits = False
    left_out = {network.deal for network in classroom.networks.sent("left out")}
    assert distant < left_out, "some near ones are found out too"
    assert classroom.networks.waiting() == []
    wall = messages(stage)["wall"]
    assert dots(wall) == len(classroom.networks.all())
    assert class_dots.rows(TASK, classroom.networks.all()) in text(wall)
    question = find("luck").steps[1].question
    assert question
    reason = stage.outcome(question, stage.services.snapshot(), []).explanation
    apart = re.search(r"Half of all pairs of \d+ SimpleRNNs are ([\d.]+) points apart", reason)
    assert apart
    [pair] = judgement(TASK, classroom.networks.all()).pairs
    counts = [len(sample.scores) for sample in (pair.a, pair.b)]
    least_apart, most_apart = of_honest_classes(
        lambda simple, _: median(abs(a - b) for a, b in combinations(simple, 2)), counts
    )
    least_ahead, most_ahead = of_honest_classes(lambda simple, lstm: mean(lstm) - mean(simple), counts)
    assert least_apart <= float(apart[1]) <= most_apart
    assert least_ahead <= 100 * (pair.b.accuracy - pair.a.accuracy) <= most_ahead
