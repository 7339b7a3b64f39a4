"""A lecture on the wall, without a browser: from its first step to its last, with a class that answers."""

import re
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from rnn_compare.dashboard.pages.present import navigation, start_page
from rnn_compare.dashboard.pages.present import page as wall
from rnn_compare.dashboard.pages.present.lecture_context import DELETED, step_kinds
from rnn_compare.dashboard.widgets import invite
from rnn_compare.errors import UserError
from rnn_compare.formatting import rough_duration
from rnn_compare.lecture.lecture_file import SHIPPED, Lecture, edited_copy, find
from rnn_compare.runs.estimate import Speed
from rnn_compare.runs.events import Status
from rnn_compare.server import visitor
from rnn_compare.server.app import current_app
from rnn_compare.server.services import Services
from tests.epochs import finish as finish_run
from tests.patience import PATIENCE
from tests.recorded import record

from .conftest import press, script, to_phones

LECTURE = """
title = "Short"
preset = "Short"
[[steps]]
kind = "text"
title = "Why?"
text = "**Words** for the wall"
notes = "For you alone"
[[steps]]
kind = "networks"
title = "Two"
[[steps]]
kind = "predict"
title = "Which?"
[steps.question]
id = "best"
kind = "best_network"
text = "Which is best?"
[[steps]]
kind = "predict"
title = "Draw"
[steps.question]
id = "curve"
kind = "curve"
text = "Draw it."
network = "LSTM(32)"
[[steps]]
kind = "train"
title = "Learning"
[[steps]]
kind = "reveal"
title = "What happened"
[[steps]]
kind = "findings"
title = "What it says"
[[steps]]
kind = "review"
title = "Yours"
[[steps]]
kind = "home"
title = "Home"
"""
ACCURACIES = {"SimpleRNN": (0.55, 0.61, 0.66, 0.7, 0.7113), "LSTM": (0.6, 0.7, 0.8, 0.85, 0.9117)}


@pytest.fixture(autouse=True)
def _at_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "is_at_the_machine", lambda: True)


def write(text: str, tmp_path: Path) -> None:
    """Writes a lecture's file."""
    path = tmp_path / "cache" / "lectures" / "mine.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


@pytest.fixture
def lecture(services: Services, tmp_path: Path, reviews_cache: Path) -> Services:
    """A lecture that has begun."""
    (tmp_path / "cache" / "reviews").symlink_to(reviews_cache / "reviews")
    write(LECTURE, tmp_path)
    navigation.begin(services, "mine")
    return services


def page(name: str = "page") -> AppTest:
    app = AppTest.from_string(script(f"present.{name}"), default_timeout=PATIENCE).run()
    assert not app.exception
    return app


def sent(app: AppTest) -> str:
    return "\n".join(str(getattr(node, "proto", "")) for node in app._tree)


def answer(*values: object, confidence: int | None = None) -> None:
    state = current_app().classroom().state()
    assert state.question is not None
    for device, value in enumerate(values):
        current_app().classroom().answer(f"device-{device}", state.question.id, state.round, value, confidence)


def lecture_at_hand() -> Lecture:
    return find("mine", step_kinds())


def go_to(services: Services, kind: str) -> None:
    while lecture_at_hand().steps[current_app().classroom().state().step].kind.name != kind:
        navigation.advance(services)


def finish(services: Services) -> None:
    """Has the runs that wait end, with figures that are nobody else's."""
    for run in services.all_runs():
        record(services.store, run.experiment, ACCURACIES[run.experiment.cell], run=run.id)
    services.refresh()


@pytest.mark.usefixtures("services")
def test_before_a_lecture_one_is_chosen_and_begins() -> None:
    app = page()
    assert [button.label for button in app.button].count("Begin") == len([*SHIPPED.glob("*.toml")])
    assert "To change that, write two lines into `.streamlit/secrets.toml`" in sent(app)
    assert "Phones cannot join. Only this machine can open the page. For a class, start it with" in sent(app)
    app.button(key="begin_gates").click().run()
    assert current_app().classroom().state().lecture == "gates"
    assert "How many gates does a cell need?" in sent(app)


def test_a_lectures_time_is_told_by_how_fast_this_machine_was_found_to_be(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiments = find("book", step_kinds()).preset_at(0).experiments()
    for slower in (1.0, 8.0):  # Compare tells the same
        monkeypatch.setattr(services.machine_speed, "current", Speed(slower))
        assert f"training {rough_duration(services.seconds(experiments))}." in sent(page())


@pytest.mark.usefixtures("lecture")
def test_networks_that_phones_keep_after_a_lecture_can_be_withdrawn() -> None:
    current_app().classroom().offer_networks(True)
    current_app().classroom().end()
    app = page().button(key="withdraw_networks").click().run()
    assert not current_app().classroom().state().networks_offered
    assert "Withdraw the networks" not in sent(app)


@pytest.mark.usefixtures("services")
def test_a_lecture_without_a_recording_says_so_and_a_copy_to_edit_says_where_it_is() -> None:
    app = page()
    assert app.button(key="replay_gates").disabled
    assert "Train its presets on Compare first." in app.button(key="replay_gates").help
    assert f"Copies the lecture to `{edited_copy('gates')}`" in sent(app)
    assert not edited_copy("gates").exists(), "it says where the file goes before it writes it"
    app.button(key="edit_gates").click().run()
    assert f"To edit: `{edited_copy('gates')}`" in sent(app)


def test_without_a_phone_one_press_leads_from_a_question_to_what_is_right_or_to_the_next_step(
    lecture: Services, tmp_path: Path
) -> None:
    go_to(lecture, "predict")
    assert "have answered" not in re.sub(r"<p[^>]* hidden>.*?</p>", "", sent(page()))
    assert "Next: <b>Draw</b>" in sent(page("notes"))
    assert [button.label for button in page().button if "vote_" in str(button.key)] == ["Go on"]
    navigation.advance(lecture)
    state = current_app().classroom().state()
    assert (state.title, state.phase) == ("Draw", "open"), "what is right is revealed later"

    question = LECTURE.split('[[steps]]\nkind = "predict"')[1].split('[[steps]]\nkind = "predict"')[0]
    quiz = question.replace('kind = "best_network"', 'kind = "own"\nchoices = ["yes", "no"]\nright = 0')
    write(f'title = "Quiz"\npreset = "Short"\n[[steps]]\nkind = "predict"{quiz}', tmp_path)
    navigation.begin(lecture, "mine")
    assert "Next: <b>show what is right: no phone has joined</b>" in sent(page("notes"))
    navigation.advance(lecture)
    assert current_app().classroom().state().phase == "revealed"


def test_the_whole_lecture_is_led_by_one_press_after_the_other(lecture: Services) -> None:
    assert "Words" in sent(page())
    navigation.advance(lecture)
    assert "= 322,113 parameters" in sent(page())

    navigation.advance(lecture)
    assert current_app().classroom().state().phase == "open", "whoever sees the question can answer"
    answer(1, 1, 0, confidence=2)
    text = sent(page())
    assert "<b>3</b> of 3 have answered" in text
    assert 'class="rc-votes' not in text.replace("\\", ""), "nobody sees what others say"

    navigation.advance(lecture)
    assert current_app().classroom().state().phase == "closed"
    assert "Sure: LSTM(32) (2), SimpleRNN(32) (1)." in sent(page("notes"))
    assert "<b>2</b>" not in sent(page())
    navigation.advance(lecture)
    assert current_app().classroom().state().phase == "shown"
    assert "<b>2</b>" in sent(page())

    navigation.advance(lecture)
    answer([0.5] * 5, [0.9] * 5)
    navigation.advance(lecture)
    assert "median of 2 drawings" not in sent(page())
    navigation.advance(lecture)
    assert "median of 2 drawings" in sent(page())

    navigation.advance(lecture)
    assert [run.status for run in lecture.all_runs()] == [Status.QUEUED] * 2
    assert lecture.runs() == [], "nobody sees them"
    text = sent(page())
    assert "starting" in text
    assert "SimpleRNN(32)" in text
    finish(lecture)
    text = sent(page())
    assert "Finished. The curves are still hidden." in text
    assert "91.2" not in text

    navigation.advance(lecture)
    assert len(lecture.runs()) == 2
    text = sent(page())
    assert "91.2 %" in text
    assert "2 of 3 correct" in text
    assert "Sure and wrong: 1 of 3. They expected: SimpleRNN(32) (1)." in text
    navigation.advance(lecture)
    text = sent(page())
    assert "Draw it." in text
    assert "0 of 2 correct" in text
    assert '"drawn": {"chart": "accuracy"' in text.replace('\\"', '"')

    navigation.advance(lecture)
    assert "What it says" in sent(page())
    for _ in range(3):
        navigation.advance(lecture)
    assert lecture_at_hand().steps[current_app().classroom().state().step].kind.name == "home", (
        "the last press leads nowhere"
    )


def test_a_step_whose_press_was_cut_short_is_completed_by_the_next_one(lecture: Services) -> None:
    """As a server leaves it that is killed, or whose disk is full, between two of a step's writings."""
    classroom = current_app().classroom()
    prediction, revealed = lecture_at_hand().steps[2], lecture_at_hand().steps[5]
    classroom.show_step(2, prediction.title, prediction.text, prediction.question)
    assert classroom.state().phase == "idle"
    navigation.advance(lecture)
    assert (classroom.state().step, classroom.state().phase) == (2, "open")
    answer(1)
    for _ in range(6):
        navigation.advance(lecture)
    hidden = classroom.state().hidden
    assert (classroom.state().step, len(hidden)) == (4, 2)
    classroom.show_step(5, revealed.title, revealed.text, prediction.question)
    assert classroom.state().phase == "shown"
    navigation.advance(lecture)
    assert (classroom.state().step, classroom.state().phase, classroom.state().hidden) == (5, "revealed", frozenset())
    assert set(classroom.state().runs) == hidden


def test_a_network_that_is_deleted_after_the_reveal_is_missed_in_words_and_trained_again_at_its_step(
    lecture: Services,
) -> None:
    go_to(lecture, "train")
    finish(lecture)
    go_to(lecture, "reveal")
    assert DELETED not in sent(page())
    lecture.store.delete(lecture.all_runs()[0].id)
    lecture.refresh()
    text = sent(page())
    assert DELETED in text
    assert "No answer is right: there is only one network." in text
    go_to(lecture, "findings")
    assert DELETED in sent(page())
    while current_app().classroom().state().title != "Learning":
        navigation.go_back(lecture)
    assert [run.status for run in lecture.all_runs()][1:] == [Status.QUEUED] * 2
    assert DELETED not in sent(page())


def test_a_recording_that_is_deleted_during_its_lecture_is_missed_in_words(lecture: Services) -> None:
    recorded_before(lecture)
    navigation.begin(lecture, "mine", recorded=True)
    lecture.store.delete(lecture.all_runs()[0].id)
    lecture.refresh()
    with pytest.raises(UserError, match="A recorded network was deleted"):
        go_to(lecture, "train")
    screen = page()
    press(screen, "Train")
    assert [error.value[:30] for error in screen.error] == ["A recorded network was deleted"]
    go_to(lecture, "home")
    page()


def test_a_press_that_streamlit_sends_again_counts_once(lecture: Services) -> None:
    """As it does where a run is cut short after it has drawn the button anew."""
    notes = page("notes")
    button = next(button for button in notes.button if button.label == "Next").click()
    states = notes._tree.get_widget_states()
    button.run()
    notes._run(states)
    notes._run(states)
    assert current_app().classroom().state().step == 1
    press(notes, "Next")
    assert current_app().classroom().state().step == 2
    assert lecture.all_runs() == []


@pytest.mark.usefixtures("lecture")
def test_two_screens_that_press_for_the_same_step_go_on_by_one() -> None:
    screens = page("notes"), page("notes")
    for screen in screens:
        press(screen, "Next")
    assert current_app().classroom().state().step == 1


@pytest.mark.parametrize("screen", ["page", "notes"])
def test_a_class_that_talks_votes_again_and_both_votes_are_shown(lecture: Services, screen: str) -> None:
    go_to(lecture, "predict")
    answer(0, 0, 1)
    navigation.advance(lecture)
    press(page(screen), "Discuss and vote again")
    assert (current_app().classroom().state().phase, current_app().classroom().state().round) == ("open", 2)
    answer(1, 1, 1)
    navigation.advance(lecture)
    assert "2 of 3 changed their answer: SimpleRNN(32) → LSTM(32) (2)." in sent(page("notes"))
    press(page(screen), "Show the answers")
    text = sent(page())
    assert "first vote: 3 answers" in text
    assert "after discussion: 3 answers" in text


@pytest.mark.parametrize("screen", ["page", "notes"])
def test_neighbours_are_paired_before_the_class_discusses_if_the_presenter_says_so(
    lecture: Services, screen: str
) -> None:
    go_to(lecture, "predict")
    answer(0, 1)
    navigation.advance(lecture)
    alone = page(screen)
    press(alone, "Pair phones")
    assert [error.value[:43] for error in alone.error] == ["Fewer than two phones that answered are here"[:43]]
    classroom = current_app().classroom()
    with classroom.pages.opened("device-0"), classroom.pages.opened("device-1"):
        press(page(screen), "Pair phones")
        assert "Discuss it with whoever shows the sign on your phone." in sent(page())
        press(page(screen), "Discuss and vote again")
    assert "Discuss it with whoever shows the sign on your phone, then vote again." in sent(page())
    navigation.show_next_step(lecture)
    assert not classroom.state().neighbours
    press(page("notes"), "Ask phones for rows")
    assert classroom.state().rows_asked


@pytest.mark.parametrize("screen", ["page", "notes"])
def test_a_closed_vote_is_split_for_the_presenter_alone_who_may_go_on_without_showing_it(
    lecture: Services, screen: str
) -> None:
    go_to(lecture, "predict")
    answer(0, 0, 0, 1, 1)
    assert "divided" not in sent(page("notes")), "an open vote is not judged"
    navigation.advance(lecture)
    text = sent(page())
    assert "of 5 have answered. The vote is closed." in text
    assert 'class="rc-votes' not in text.replace("\\", "")
    notes = sent(page("notes"))
    assert "SimpleRNN(32): 3 of 5 answers" in notes
    assert "The class is divided: discuss and vote again." in notes
    press(page(screen), "Go on without showing them")
    assert (current_app().classroom().state().title, current_app().classroom().state().phase) == ("Draw", "open")
    navigation.go_back(lecture)
    assert current_app().classroom().state().phase == "closed", "the class has not seen them"


def test_a_round_that_nobody_answered_hides_none_of_those_after_it(lecture: Services) -> None:
    go_to(lecture, "predict")
    answer(0)
    for last in ((), (1,)):
        navigation.advance(lecture)
        navigation.vote_again(lecture)
        answer(*last)
    go_to(lecture, "train")
    finish(lecture)
    go_to(lecture, "reveal")
    assert "1 of 1 correct" in sent(page())


ASKED_AGAIN = """
[[steps]]
kind = "predict"
title = "Before"
[steps.question]
id = "gate"
kind = "own"
text = "Which gate forgets?"
choices = ["input", "forget"]
right = 1
[[steps]]
kind = "predict"
title = "After"
[steps.question]
id = "gate-after"
repeats = "gate"
"""


def test_the_answers_to_a_question_that_is_asked_again_are_paired_by_device(services: Services, tmp_path: Path) -> None:
    write('title = "x"\npreset = "Short"\n' + ASKED_AGAIN, tmp_path)
    navigation.begin(services, "mine")
    answer(0, 0, 0, 1)
    navigation.advance(services)
    notes = sent(page("notes"))
    assert "1 of 4 correct." in notes
    assert "do not give the answer" in notes
    assert "explain" not in notes
    navigation.show_answers(services)
    assert "rc-tick" not in sent(page())
    navigation.advance(services)
    answer(1, 1, 0, confidence=2)
    navigation.advance(services)
    assert "Sure: 2 of 3 correct." in sent(page("notes"))
    changed = "0 of 3 correct, then 2: learning gain 0.67. 2 of 3 changed their answer: input → forget (2)."
    assert f"Since the first time: {changed}" in sent(page("notes"))
    navigation.advance(services)
    assert current_app().classroom().state().phase == "revealed", "no later step tells what is right"
    wall = sent(page())
    assert "rc-tick" in wall
    assert "at the start: 4 answers" in wall
    assert "now: 3 answers" in wall
    assert "Sure and wrong: 1 of 3. They expected: input (1)." in wall


def test_the_key_goes_on_without_showing_the_answers_to_a_question_that_comes_again(
    services: Services, tmp_path: Path
) -> None:
    write('title = "x"\npreset = "Short"\n' + ASKED_AGAIN, tmp_path)
    navigation.begin(services, "mine")
    answer(0, 1)
    navigation.advance(services)
    assert "Next: <b>show the answers" not in sent(page("notes"))
    navigation.advance(services)
    assert current_app().classroom().state().step == 1
    navigation.go_back(services)
    assert current_app().classroom().state().phase == "closed"


def test_an_edited_question_gets_its_own_outcome_of_the_same_runs(services: Services, tmp_path: Path) -> None:
    step, _, _ = ASKED_AGAIN.rpartition("[[steps]]")
    text = LECTURE.replace('[[steps]]\nkind = "train"', f'{step}[[steps]]\nkind = "train"').replace('"best"', '"other"')
    write(text, tmp_path)
    recorded_before(services)
    for right, choice in enumerate(("input", "forget")):
        write(text.replace("right = 1", f"right = {right}"), tmp_path)
        navigation.begin(services, "mine", recorded=True)
        while current_app().classroom().state().title != "What happened":
            navigation.advance(services)
        navigation.advance(services)
        navigation.advance(services)
        assert "The answer: " not in sent(page()), "the recording still plays"
        services.replays.stop()
        services.refresh()
        assert f"The answer: {choice}." in sent(page())


def test_a_steps_text_is_markdown_on_the_wall_and_plain_on_phones(services: Services, tmp_path: Path) -> None:
    step = '[[steps]]\nkind = "networks"\ntitle = "Two"\ntext = "*Slowly*, with `tanh`: <b>count</b>"\n'
    write(f'title = "x"\npreset = "Short"\n{step}', tmp_path)
    navigation.begin(services, "mine")
    [text] = [element for element in page().markdown if "Slowly" in element.value]
    assert text.value == "*Slowly*, with `tanh`: <b>count</b>"
    assert not text.proto.allow_html
    assert b"Slowly, with tanh: " in to_phones()


def test_the_notes_are_on_the_second_screen_alone(lecture: Services) -> None:
    assert "For you alone" not in sent(page())
    notes = page("notes")
    assert "For you alone" in sent(notes)
    assert "Next: <b>Two</b>" in sent(notes)
    press(notes, "Next")
    assert current_app().classroom().state().step == 1
    press(notes, "Back")
    assert current_app().classroom().state().step == 0
    assert lecture.all_runs() == []


@pytest.mark.parametrize("listens_on", ["0.0.0.0", "127.0.0.1"])
def test_the_code_home_holds_an_address_that_phones_reach_and_where_they_cannot_come_there_is_none(
    lecture: Services, monkeypatch: pytest.MonkeyPatch, listens_on: str
) -> None:
    monkeypatch.setattr("streamlit.get_option", {"server.address": listens_on, "server.port": 8501}.get)
    monkeypatch.setattr(invite, "own_address", lambda: "10.1.2.3")
    go_to(lecture, "reveal")
    finish(lecture)
    go_to(lecture, "home")
    text = sent(page())
    reached = listens_on == "0.0.0.0"
    assert ("QR code of http://10.1.2.3:8501/?show=" in text, "QR code of" in text) == (reached, reached)
    assert reached or "Thank you." in text
    assert "--server.address" not in text


@pytest.mark.usefixtures("lecture")
def test_a_wall_that_was_left_shows_the_way_back_and_no_result() -> None:
    app = page()
    app.session_state[start_page.PAUSED] = True
    app.run()
    assert "for the wall" not in sent(app)
    assert "(notes)" in sent(app)
    press(app, "Resume the lecture")
    assert "for the wall" in sent(app)


@pytest.mark.usefixtures("lecture")
def test_esc_takes_the_keys_and_their_style_from_the_page_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def keys(**_: object) -> SimpleNamespace:
        st.html("listens for keys")
        return SimpleNamespace(presses=[[1, "leave"]])

    monkeypatch.setattr(wall, "component", lambda *_: keys)
    paused = page()
    assert "Resume the lecture" in sent(paused)
    assert "listens for keys" not in sent(paused)


def test_a_review_is_shown_only_once_the_presenter_has_read_it(lecture: Services) -> None:
    current_app().classroom().open_reviews(True)
    current_app().classroom().send_review("device-1", "A <b>wonderful</b> film.")
    assert not [button for button in page("notes").button if button.label == "Show"], "this step shows no review"
    assert "wonderful" not in sent(page())
    go_to(lecture, "review")
    assert "<blockquote" not in sent(page())
    notes = page("notes")
    assert "A <b>wonderful</b> film." in [element.value for element in notes.text]
    press(notes, "Show")
    assert current_app().classroom().state().wall_review == "A <b>wonderful</b> film."
    press(page("notes"), "Delete")
    assert current_app().classroom().reviews() == []
    assert current_app().classroom().state().wall_review is None


@pytest.mark.usefixtures("lecture")
@pytest.mark.parametrize("name", ["page", "notes"])
def test_nobody_presents_from_another_machine_where_no_pass_is_set(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "is_at_the_machine", lambda: False)
    app = page(name)
    assert "only the machine that runs the program can present" in app.info[0].value
    assert not app.button
    assert "For you alone" not in sent(app)


def test_a_training_that_was_broken_off_goes_on_hidden(lecture: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    continued: list[str] = []
    monkeypatch.setattr(lecture.engine, "continue_run", lambda run, **_: continued.append(run))
    go_to(lecture, "train")
    for run in lecture.all_runs():
        finish_run(lecture.store, run.id, 0.7, status=Status.INTERRUPTED)
    lecture.refresh()
    app = page()
    assert "ended after 1 epoch" in sent(app)
    assert "Finished." not in sent(app)
    press(app, "Continue")
    assert continued == [run.id for run in lecture.all_runs()]
    assert lecture.runs() == []
    go_to(lecture, "reveal")  # pressed on too soon, or the server went down while all looked at the curves
    press(page(), "Continue")
    assert continued == 2 * [run.id for run in lecture.all_runs()]


def test_a_file_that_is_spoilt_in_the_middle_says_so_and_the_lecture_can_be_ended(
    lecture: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("title = Mine", tmp_path)
    monkeypatch.setattr(wall, "component", lambda *_: pytest.fail("The keys bring the wall's style."))
    app = page()
    assert "mine.toml is not valid TOML" in app.error[0].value
    press(app, "End it")
    assert current_app().classroom().state().lecture == ""
    assert lecture.all_runs() == []


def recorded_before(services: Services) -> None:
    """Has the networks of the lecture trained once, before it begins."""
    services.engine.submit(lecture_at_hand().preset_at(0).experiments())
    services.refresh()
    finish(services)


def test_a_lecture_is_given_from_a_recording_that_is_hidden_revealed_and_called_so_on_phones_too(
    lecture: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    current_app().classroom().end()
    assert page().button(key="replay_mine").disabled, "there is none yet"
    recorded_before(lecture)
    page().button(key="replay_mine").click().run()
    go_to(lecture, "train")
    assert len(lecture.all_runs()) == 2, "nothing was trained anew"
    assert lecture.runs() == []
    text = sent(page())
    assert "epoch 1 of 5" in text
    assert "Replay, not live: recorded on " in text
    assert "91.2" not in text
    assert b'"played":""' in to_phones()
    navigation.advance(lecture)
    text = sent(page())
    assert "Replay, not live: recorded on " in text
    assert "91.2" not in text, "the last epochs have not been played yet"
    assert b'"played":"Replay, not live: recorded on ' in (message := to_phones())
    assert b"0.911" not in message
    later = time.time() + navigation.RECORDING_SECONDS
    monkeypatch.setattr("rnn_compare.server.replays.time.time", lambda: later)
    lecture.refresh()
    text = sent(page())
    assert "91.2 %" in text
    assert "Not live: recorded on " in text
