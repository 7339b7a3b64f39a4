"""Who may play a comparison again, and what the Compare page offers for it."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from rnn_compare.server.access.rules import Rule
from rnn_compare.server.app import current_app
from rnn_compare.services.services import Services
from tests.kit.pages import page

from .test_compare_page import board

Record = Callable[..., str]


def offered(app: AppTest) -> set[str]:
    return {key for button in app.button if (key := button.key) in ("play", "stop_replay")}


def test_what_is_shown_is_played_at_the_chosen_pace_until_it_is_stopped(services: Services, record: Record) -> None:
    run = record(epochs=5)
    app = page("compare.page")
    assert (offered(app), board(app)["replay"]) == ({"play"}, "")
    app.main.segmented_control(key="replay_seconds").set_value(60).run()
    app.button(key="play").click().run()
    replay = services.replays.under_way(services.runs())
    assert replay is not None
    assert (replay.runs, replay.per_epoch) == ((run,), 12.0)
    assert board(app)["replay"].startswith("Replay, not live")
    assert offered(app) == {"stop_replay"}
    app.button(key="stop_replay").click().run()
    assert services.replays.under_way(services.runs()) is None
    assert (offered(app), board(app)["replay"]) == ({"play"}, "")


def test_only_the_presenter_is_offered_a_replay(
    services: Services, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(epochs=5)
    monkeypatch.setattr(current_app().access, "rule", lambda: Rule(password="secret"))
    assert offered(page("compare.page")) == set()
    services.replays.begin(services.runs(), 30.0)
    services.refresh()
    app = page("compare.page")
    assert (offered(app), board(app)["replay"].partition(",")[0]) == (set(), "Replay")
