"""The first page without a browser: what its controls say and do."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import comparison
from rnn_compare.paths import CACHE_VARIABLE, explanation
from rnn_compare.presets import BOOK, PRESETS, Preset
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.shipped import add_shipped
from rnn_compare.server import visitor
from rnn_compare.server.access.rules import Rule
from rnn_compare.server.app import current_app
from rnn_compare.services.services import Services
from rnn_compare.sources.registry import source
from rnn_compare.training.engine import Engine, EngineState
from tests.kit import runs as recorded
from tests.kit.pages import choose_preset, page, press, seen
from tests.kit.runs import finish, finished_run


@pytest.fixture
def app(shared_services: Services) -> AppTest:
    assert shared_services.engine is not None
    return page(units="32")  # without a setting it would begin with those of what other tests have trained


def board(app: AppTest) -> Any:
    """The message that the board draws."""
    [sent] = [
        json.loads(component.proto.json) for component in app.get("bidi_component") if "board" in component.proto.id
    ]
    return sent


def labels(app: AppTest) -> list[str]:
    return [group["label"] for group in board(app)["groups"]]


def test_charts_and_what_is_drawn_besides_the_curves_are_chosen_and_none_chosen_means_the_usual_ones(
    app: AppTest,
) -> None:
    for chosen, shown in (([], ["accuracy", "loss"]), (["auc", "accuracy"], ["accuracy", "auc"])):
        app.main.pills(key="charts").set_value(chosen).run()
        assert [chart["name"] for chart in board(app)["charts"]] == shown
    assert (board(app)["gap"], app.toggle(key="baselines").value) == (False, True)
    app.toggle(key="gap").set_value(True)
    app.toggle(key="baselines").set_value(False).run()
    assert (board(app)["gap"], board(app)["charts"][0]["baselines"]) == (True, [])
    assert not app.exception


def test_inviting_shuts_the_menu_that_it_stands_in_and_opens_a_window(app: AppTest) -> None:
    app.session_state["share"] = True
    app.run()
    press(app, "Invite the class")
    assert not app.session_state["share"]
    assert app.info or "/join" in seen(app), "where a class finds the page, or why it cannot"


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_sets_every_control(app: AppTest, preset: Preset) -> None:
    before = app.radio(key="preset").value
    app.radio(key="preset").set_value("Short").run()
    assert app.radio(key="preset").value == before, "a browser with its list shut sends it again"
    choose_preset(app, "Short")
    choose_preset(app, preset.name)
    assert app.radio(key="preset").value == preset.name
    seeds = preset.settings.get("seeds", 1)
    assert f"{len(preset.experiments()) // seeds} networks, " in seen(app)
    assert app.slider(key="epochs").value == preset.experiments()[0].epochs


def test_networks_of_equal_parameters_are_set_up_from_a_link_and_from_their_runs(services: Services) -> None:
    linked = page(cell=["SimpleRNN", "LSTM", "GRU"], equal_parameters="true")
    assert linked.radio(key="preset").value == "Equal parameters"
    assert "76·76 + 32·76 + 76 = 8,284" in seen(linked)
    press(linked, "Train")
    runs = services.store.runs()
    assert [run.experiment.label for run in runs] == ["SimpleRNN(76)", "LSTM(32)", "GRU(38)"]
    from_runs = page(show=",".join(run.id for run in runs))
    assert from_runs.radio(key="preset").value == "Equal parameters"
    from_runs.toggle(key="equal_parameters").set_value(False).run()
    assert all(name in seen(from_runs) for name in ("GRU(32)", "SimpleRNN(32)"))


def test_networks_that_differ_in_their_seed_alone_are_counted_once_and_trained_with_each_from_the_first_on(
    services: Services,
) -> None:
    app = page(seed="5", seeds="3")
    assert "2 networks, 6 trainings, " in seen(app)
    assert seen(app).count('class="rc-shares"') == 2
    press(app, "Train")
    runs = services.store.runs()
    pairs = [(cell, seed) for seed in (5, 6, 7) for cell in ("SimpleRNN", "LSTM")]
    assert [(run.experiment.cell, run.experiment.seed) for run in runs] == pairs
    assert app.query_params["show"] == ",".join(run.id for run in runs)
    app.slider(key="seeds").set_value(5).run()
    assert "SimpleRNN(32), LSTM(32): 4 trainings, " in seen(app), "the other six are there"
    assert "not on the charts</h" not in seen(app), "seeds change no parameters"
    press(app, "Train")
    assert app.query_params["show"] == f"all-{runs[0].id}"
    assert [group["state"].partition(",")[0] for group in board(app)["groups"]] == ["starting", "starting"]
    app.session_state["more_units"] = ["8", "16", "64"]
    app.run()
    assert "6 networks: 30 trainings, " in seen(app), "the bound counts networks, not their seeds"


def test_train_trains_what_is_not_there_yet_and_shows_it_beside_what_is(services: Services) -> None:
    rnn, lstm = (finished_run(services.store, 0.5, 0.5, cell=cell, epochs=2) for cell in ("SimpleRNN", "LSTM"))
    services.refresh()
    app = page(epochs="2", show=rnn)
    assert "SimpleRNN(32), LSTM(32): trained" in seen(app)
    press(app, "Train")
    assert app.query_params["show"] == f"{rnn},{lstm}", "at once"
    assert len(services.store.runs()) == 2
    app.pills(key="cell").set_value(["SimpleRNN", "LSTM", "GRU"]).run()
    assert re.search(r"SimpleRNN\(32\), LSTM\(32\): trained; GRU\(32\): .* on this machine", seen(app))
    press(app, "Train")
    *_, gru = services.store.runs()
    assert len(services.store.runs()) == 3
    assert gru.experiment.cell == "GRU"
    assert gru.comparison == rnn, "whoever opens the page sees it beside the others"
    assert app.query_params["show"] == ",".join([rnn, lstm, gru.id])
    assert "GRU(32): training" in seen(app)
    press(app, "Train")
    assert len(services.store.runs()) == 3, "it trains already"
    finish(services.store, gru.id, 0.5, 0.5)
    services.refresh()
    app.run()
    press(app, "Train again")
    assert len(services.store.runs()) == 6
    of_runs = page(show=rnn)
    assert of_runs.pills(key="cell").value == ["SimpleRNN"], "the set-up begins with what is shown"
    assert of_runs.slider(key="epochs").value == 2
    assert page(show=rnn, units="64").slider(key="epochs").value == 10, "a link with its own settings"

    finished_run(services.store, 0.5, status=Status.STOPPED, epochs=3)
    finished_run(services.store, 0.5, 0.5, 0.5, cell="LSTM", epochs=3, seed=7)
    services.refresh()
    press(page(epochs="3"), "Train")
    assert len(services.store.runs()) == 6 + 2 + 2, "what was stopped or has another seed is trained"


def test_finished_runs_of_many_seeds_are_named_one_by_one_where_they_are_part_of_a_comparison(
    services: Services,
) -> None:
    few = comparison(cell=["SimpleRNN", "LSTM", "GRU"], seeds=5, epochs=1)
    runs = services.store.create(few, Owner.current(), "page")
    for run in runs:
        finish(services.store, run, 0.5)
    services.refresh()
    app = page(cell=["LSTM", "GRU"], seeds="5", epochs="1", show=runs[0])
    press(app, "Train")
    assert labels(app) == ["LSTM(32)", "GRU(32)"]
    assert len(services.store.runs()) == len(runs)


def test_a_bare_address_shows_what_trains_then_what_this_browser_trained_then_the_book(
    services: Services, record: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor, "browser", lambda: "me")
    add_shipped(services.store)
    others = record(cell="MGU")
    services.refresh()
    assert labels(page()) == ["SimpleRNN(32)", "LSTM(32)"], "somebody else's old training is nobody's start"
    [mine] = services.engine.submit([Experiment(cell="GRU")], visitor="me")
    services.engine.submit([Experiment(cell="minGRU")], visitor="somebody")
    services.refresh()
    assert labels(page()) == ["GRU(32)"], "one's own before others'"
    finish(services.store, mine, 0.5)
    services.refresh()
    assert labels(page()) == ["minGRU(32)"]
    finish(services.store, services.store.runs()[-1].id, 0.5)
    services.refresh()
    assert labels(page()) == ["GRU(32)"]
    assert labels(page(show=others)) == ["MGU(32)"]


@pytest.mark.parametrize("is_at_the_machine", [True, False])
def test_what_somebody_else_starts_is_offered_to_the_presenter_and_followed_by_all_others(
    record: Callable[..., str], monkeypatch: pytest.MonkeyPatch, is_at_the_machine: bool
) -> None:
    monkeypatch.setattr(visitor, "is_at_the_machine", lambda: is_at_the_machine)
    record(Status.RUNNING, cell="GRU")
    app = page()
    other = record(Status.RUNNING, cell="MGU")
    app.run()
    if is_at_the_machine:
        assert labels(app) == ["GRU(32)"]
        next(button for button in app.button if "A newer comparison was started" in button.label).click().run()
    assert labels(app) == ["MGU(32)"]
    assert app.query_params.get("show") == (other if is_at_the_machine else None)


@pytest.mark.usefixtures("services")
def test_a_visitor_is_shown_ways_on_until_something_trains_and_the_way_to_a_lecture_that_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def offers_lecture() -> bool:
        return any("(join)" in text.value for text in page().markdown)

    for is_at_the_machine, ways in ((True, ["present", "try", "#settings"]), (False, ["try", "#settings"])):
        monkeypatch.setattr(visitor, "is_at_the_machine", lambda: is_at_the_machine)  # noqa: B023  # called at once
        app = page()
        assert re.findall(r'<a href="([^"]+)"', seen(app)) == ways
    press(app, "Train")
    assert "<nav" not in seen(app)
    assert not offers_lecture()
    current_app().classroom().begin("gates")
    assert offers_lecture()
    monkeypatch.setattr(visitor, "is_at_the_machine", lambda: True)
    assert not offers_lecture()


def test_a_link_to_runs_that_are_not_here_says_so(record: Callable[..., str]) -> None:
    app = page(show="lstm-000000")
    assert "The runs in this link" not in seen(app), "nothing is shown instead"
    other = record(Status.RUNNING, cell="GRU")
    app.run()
    assert "The runs in this link were deleted" in seen(app)
    assert labels(app) == ["GRU(32)"]
    app.query_params["show"] = f"lstm-000000,{other}"
    app.run()
    assert "Some runs in this link were deleted" in seen(app)


def test_more_settings_are_drawn_when_they_are_opened_and_whenever_one_is_another_than_usual(app: AppTest) -> None:
    def has_widgets() -> bool:
        return "seed" in [widget.key for widget in app.number_input]

    for is_open in (False, True, False, True):
        app.session_state["more_settings"] = is_open
        assert (not app.run().exception, has_widgets()) == (True, is_open)
    app.number_input(key="seed").set_value(7)
    app.session_state["more_settings"] = False
    app.run()
    assert (app.number_input(key="seed").value, app.radio(key="preset").value) == (7, "Own settings")
    choose_preset(app, "The book's experiment")
    app.run()  # once they have taken the old values out of the address
    assert not has_widgets()
    assert "seed" not in app.query_params
    assert not app.exception


def test_the_reviews_of_a_source_bound_their_number_also_in_a_link(services: Services) -> None:
    app = page(state={"more_settings": True})

    def reviews(source: str) -> tuple[Any, Any]:
        app.selectbox(key="source").set_value(source).run()
        return app.number_input(key="reviews").value, app.number_input(key="reviews").max

    assert reviews("bundled") == (25_000, 25_000)
    assert reviews("rotten-tomatoes") == (8_530, 8_530)
    app.number_input(key="reviews").set_value(5_000).run()
    assert reviews("bundled")[0] == 5_000, "what was chosen stays where the source holds it"
    app.number_input(key="reviews").set_value(9_000).run()
    assert reviews("rotten-tomatoes")[0] == 8_530
    assert reviews("keras")[0] == 25_000, "all stay all"
    assert not app.warning
    linked = page(source=source("rotten-tomatoes").title, reviews="8531")  # people write the name, Streamlit the title
    assert "In this link: reviews is 8531; it must be between 10 and 8,530." in linked.warning[0].value
    press(linked, "Train")
    assert {run.experiment.reviews for run in services.store.runs()} == {8_530}


def test_what_a_link_cannot_mean_is_said_and_the_rest_of_it_counts(services: Services) -> None:
    app = page(source="gone", reviews="41", seeds="11")
    gone, seeds = (warning.value for warning in app.warning)
    assert "In this link: source is 'gone'; it must be one of 'bundled'," in gone
    assert "In this link: seeds is 11; it must be a whole number from 1 to 10." in seeds
    press(app, "Train")
    assert [run.experiment.reviews for run in services.store.runs()] == [41, 41]


def test_what_cannot_be_trained_is_refused_in_words(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not app.warning
    for typed, sentence in (
        (["8", "16", "64", "128"], "2 cell types × 5 values of units make 10 networks; the limit is 8"),
        (["9999"], "units is 9999; it must be between 1 and 512."),
        (["many"], "units is 'many'; it must be a whole number."),
    ):
        app.session_state["more_units"] = typed
        app.run()
        assert sentence in app.error[0].value
        assert next(button for button in app.button if button.label == "Train").disabled
    app.session_state["more_units"] = []
    app.sidebar.pills[0].set_value([]).run()
    assert "Choose at least one cell type" in app.error[0].value
    monkeypatch.setattr(Engine, "state", property(lambda _engine: EngineState("starting", "They end as they start.")))
    assert [warning.value for warning in app.run().warning] == ["They end as they start."], "nothing at all"
    app.sidebar.pills[0].set_value(["LSTM"]).run()
    assert "workers starting" not in seen(app)


@pytest.mark.usefixtures("own_app")
def test_an_unreadable_record_is_set_aside_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runs.db").write_bytes(b"this is no database" * 1000)
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    assert "kept as runs.db.unreadable" in page().warning[0].value


@pytest.mark.usefixtures("with_reviews")
def test_nothing_is_claimed_before_two_networks_have_trained_to_their_end(services: Services) -> None:
    def opened(*runs: Run) -> str:
        services.refresh()
        return seen(page("compare.page", show=",".join(run.id for run in runs)))

    rnn, lstm = BOOK.experiments()
    first = recorded.record(services.store, rnn, (0.6, 0.8) * 5)
    alone = opened(first)
    assert "A verdict takes two networks" in alone
    assert 'class="rc-chance"' not in alone
    assert BOOK.question not in alone, "one of its networks answers nothing"
    waiting = opened(first, recorded.record(services.store, lstm, (0.6,), Status.RUNNING))
    assert "The verdict appears once all runs have ended." in waiting
    assert BOOK.question not in waiting, "it may say what comes out"
    both = opened(first, recorded.record(services.store, lstm, (0.6, 0.8) * 5))
    meaning = "± is the 95 % interval of the difference, over reviews alone."
    for claim in ('class="rc-chance"', meaning, "[How the verdict is reached](chance)", BOOK.question):
        assert claim in both


def test_the_explanation_of_verdicts_is_a_page_of_its_own() -> None:
    assert page("chance").markdown[0].value == explanation().read_text("utf-8").strip()


def offered(app: AppTest) -> tuple[set[str], str]:
    """The keys of the buttons that begin or stop a replay, and how the board names one."""
    keys = {key for button in app.button if (key := button.key) in ("play", "stop_replay")}
    return keys, board(app)["replay"].partition(",")[0]


@pytest.mark.parametrize("status", [Status.RUNNING, Status.STOPPED])
def test_no_replay_is_offered_while_something_is_shown_that_is_not_finished(
    record: Callable[..., str], status: Status
) -> None:
    record(status)
    assert offered(page("compare.page")) == (set(), "")


def test_the_presenter_alone_has_what_is_shown_played_at_the_chosen_pace_until_it_is_stopped(
    services: Services, record: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = record(epochs=5)
    app = page("compare.page")
    assert offered(app) == ({"play"}, "")
    app.main.segmented_control(key="replay_seconds").set_value(60).run()
    app.button(key="play").click().run()
    replay = services.replays.under_way(services.runs())
    assert replay is not None
    assert (replay.runs, replay.per_epoch) == ((run,), 12.0)
    assert offered(app) == ({"stop_replay"}, "Replay")
    with monkeypatch.context() as with_a_pass:
        with_a_pass.setattr(current_app().access, "rule", lambda: Rule(password="secret"))
        assert offered(page("compare.page")) == (set(), "Replay")
    app.button(key="stop_replay").click().run()
    assert services.replays.under_way(services.runs()) is None
    assert offered(app) == ({"play"}, "")
    monkeypatch.setattr(current_app().access, "rule", lambda: Rule(password="secret"))
    assert offered(page("compare.page")) == (set(), "")


def test_stop_on_a_card_of_seeds_stops_all_that_have_not_ended(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, *others = services.store.create([Experiment(seed=seed) for seed in (1, 2, 3)], Owner.current(), "page")
    finish(services.store, ended, 0.8)
    services.refresh()
    presses = iter(
        [([ended], list[str]())]
    )  # as the board answers a press on its card, which is named by its first seed
    monkeypatch.setattr("rnn_compare.dashboard.components.show_board", lambda *_, **__: next(presses, ([], [])))
    stopped: list[str] = []
    monkeypatch.setattr(Engine, "stop", lambda _, run: stopped.append(run))
    assert not page(show=",".join((ended, *others))).exception
    assert stopped == others
