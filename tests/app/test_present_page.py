"""The start page of lectures: begin one, play a recording or an earlier class, open wall and notes, and end it."""

import pytest
from streamlit.testing.v1 import AppTest

from rnn_compare.dashboard.pages.present import page as present
from rnn_compare.dashboard.widgets import take_home
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import rough_duration
from rnn_compare.lecture.lecture_file import find
from rnn_compare.lecture.stage import Stage
from rnn_compare.paths import SHIPPED_LECTURES, edited_lecture
from rnn_compare.presets import PHONES
from rnn_compare.runs.estimate import Speed
from rnn_compare.server import visitor
from tests.kit.classes import hold
from tests.kit.lectures import LECTURE, begin, give, go_to, messages, record_before, write
from tests.kit.pages import page, press
from tests.kit.runs import record


@pytest.fixture(autouse=True)
def _at_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "is_at_the_machine", lambda: True)


def text(app: AppTest) -> str:
    return "\n".join(str(getattr(node, "proto", "")) for node in app._tree)


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_a_lecture_is_begun_by_a_press_and_its_wall_opens(stage: Stage) -> None:
    app, other = page("present.page"), page("present.page")
    assert labels(app).count("Begin") == len([*SHIPPED_LECTURES.glob("*.toml")])
    for sentence in (
        'url: "stage/lecture/gates"',
        "To change that, write two lines into `.streamlit/secrets.toml`",
        "Phones cannot join. Only this machine can open the page. For a class, start it with",
    ):
        assert sentence in text(app)
    app.button(key="begin_gates").click().run()
    other.button(key="begin_book").click().run()
    assert not app.exception
    assert stage.classroom().state().lecture == "gates", "a page from before it began begins no other"
    assert app.session_state[present._OPENED] == {"page": "wall", "serial": 1}
    assert "Step 1 of " in text(app)
    assert '"notes"' in text(app)
    press(app, "Open the wall")
    assert app.session_state[present._OPENED]["serial"] == 2


def test_a_lectures_time_is_told_by_how_fast_this_machine_was_found_to_be(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiments = find("book").preset_at(0).experiments()
    for slower in (1.0, 8.0):  # Compare tells the same
        monkeypatch.setattr(stage.services.machine_speed, "current", Speed(slower))
        training = rough_duration(stage.services.seconds(experiments))
        assert page("present.page").button(key="begin_book").help == f"Trains live: {training} here."


def test_a_lecture_without_a_recording_says_so_and_a_copy_to_edit_says_where_it_is(stage: Stage) -> None:
    app = page("present.page")
    assert app.button(key="replay_gates").disabled
    assert "Train its presets on Compare first." in app.button(key="replay_gates").help
    assert f"Copies the lecture to `{edited_lecture('gates')}`" in text(app)
    assert not edited_lecture("gates").exists(), "it says where the file goes before it writes it"
    app.button(key="edit_gates").click().run()
    assert f"To edit: `{edited_lecture('gates')}`" in text(app)
    write(LECTURE)
    assert page("present.page").button(key="replay_mine").disabled
    record_before(stage)
    page("present.page").button(key="replay_mine").click().run()
    assert (stage.classroom().state().lecture, stage.classroom().state().recorded) == ("mine", True)


def test_a_running_lecture_can_be_ended_also_once_its_file_is_spoilt_and_networks_be_withdrawn(stage: Stage) -> None:
    begin(stage)
    go_to(stage, "Yours")
    stage.classroom().send_review("device-1", "Good.")
    give(stage, ("offer_networks", True))
    app = page("present.page")
    assert "1 review you have not shown will be deleted." in text(app)
    write("title = Mine")
    app.run()
    assert "mine.toml is not valid TOML" in app.error[0].value
    press(app, "End it")
    assert stage.classroom().state().lecture == ""
    assert "mine.toml" in app.warning[-1].value, "among the lectures, which can be begun"
    app.button(key="withdraw_networks").click().run()
    assert not stage.classroom().state().networks_offered
    assert "Withdraw the networks" not in labels(app)


def test_nobody_presents_from_another_machine_where_no_pass_is_set(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor, "is_at_the_machine", lambda: False)
    begin(stage)
    app = page("present.page")
    assert "only the machine that runs the program can present" in app.info[0].value
    assert not app.button


def test_an_earlier_class_is_replayed_and_taken_home_alone_and_with_runs_of_its_settings(
    stage: Stage,
) -> None:
    classroom = stage.classroom()
    hold(classroom, 24)
    classroom.end()
    [earlier] = classroom.classes()
    app = page("present.page")
    assert [expander.label for expander in app.expander if "classes" in expander.label] == ["Earlier classes: 1"]
    assert earlier.title in [markdown.value for markdown in app.markdown]
    dots = b'<i class="rc-dot'
    assert take_home.class_page(stage.services, earlier).count(dots) >= 24
    experiments = [*PHONES.experiments(), Experiment(reviews=200, epochs=8)]
    runs = [record(stage.services.store, experiment, [0.6] * 8).id for experiment in experiments]
    stage.services.refresh()

    def dotted(ids: list[str]) -> int:
        return take_home.report(stage.services, ids, "html", "report").count(dots)

    assert (dotted(runs[:2]) >= 24, dotted(runs[2:])) == (True, 0)
    press(app, "Replay")
    assert stage.classroom().state().replayed == earlier.lecture
    assert messages(stage)["wall"]["title"] == find("luck").steps[0].title
    assert dotted(runs[:2]) == 0, "an earlier class shows what this one is to guess"
