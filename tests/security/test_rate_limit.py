"""How often a visitor may ask the networks: often enough for any human, and never at the cost of what was typed."""

import time
from collections.abc import Callable

import pytest

from rnn_compare.errors import UserError
from rnn_compare.server.access import limits
from rnn_compare.server.access.limits import RateLimit
from rnn_compare.server.app import App
from rnn_compare.services.services import Services
from tests.kit.pages import go_to, press, seen, visit
from tests.kit.threads import at_once


class Clock:
    def __init__(self) -> None:
        self.time = 1_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_full_bucket_is_emptied_and_fills_up_at_its_pace(clock: Clock) -> None:
    limit = RateLimit(at_once=3, per_second=0.5, now=clock)
    assert [limit.take("me") for _ in range(4)] == [0.0, 0.0, 0.0, 2.0]
    clock.time += 1.5
    assert limit.take("me") == pytest.approx(0.5)
    clock.time += 0.5
    assert limit.take("me") == 0.0
    clock.time += 1_000_000
    assert [limit.take("me") for _ in range(4)] == [0.0, 0.0, 0.0, 2.0], "no more than a full bucket is saved up"
    assert limit.take("you") == 0.0, "one visitor's haste costs nobody else"


class Slow(str):
    """A visitor whose name takes long to look up, so that other threads come between any two look-ups."""

    def __hash__(self) -> int:
        time.sleep(0.001)
        return super().__hash__()


def test_a_visitors_threads_get_together_what_one_would_get(clock: Clock) -> None:
    limit = RateLimit(at_once=5, per_second=0.1, now=clock)
    assert sum(at_once(lambda _: [limit.take(Slow("me")) for _ in range(5)].count(0.0))) == 5


def test_visitors_who_never_come_back_are_forgotten(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_VISITORS", 10)
    limit = RateLimit(at_once=1, per_second=0.1, now=clock)
    for number in range(11):
        limit.take(str(number))
    assert [limit.take("10") > 0, limit.take("0") > 0] == [True, False]


def test_who_asks_too_often_is_told_keeps_his_text_and_may_go_on_after_a_moment(
    services: Services,
    record: Callable[..., str],
    own_app: App,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own_app.predictions = RateLimit(2, 1.0, clock)
    record()
    questions: list[str] = []

    def ask(_experiment: object, text: str) -> None:
        questions.append(text)
        raise UserError("That is enough for this test.")

    monkeypatch.setattr("rnn_compare.explain.prediction.encode", ask)
    # Without weights the page would not come as far as the text.
    monkeypatch.setattr("rnn_compare.charts.loaded_network.run_weights", lambda *_: object())
    app = go_to(visit(), "try")
    for _ in range(5):
        app.run()
    assert "in a short time" not in seen(app), "a page without a question costs no turn"
    for text in ("first", "second", "third"):
        app.text_area(key="review").set_value(text).run()
        assert not app.exception
    assert questions == ["first", "second"]
    assert "2 questions in a short time. Your text is kept; ask again in 1 s." in seen(app)
    assert app.text_area(key="review").value == "third"
    clock.time += 1
    press(app, "Ask the networks")
    assert questions[-1] == "third"
    assert "in a short time" not in seen(app)
    assert services.runs()
