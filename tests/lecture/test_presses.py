"""What each press of the presenter does, with a class that answers and without one, and what no press may do."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnn_compare.errors import UserError
from rnn_compare.lecture import presses
from rnn_compare.lecture.classroom.course import NO_LECTURE
from rnn_compare.lecture.presses import PRESSES
from rnn_compare.lecture.scene import DELETED
from rnn_compare.lecture.stage import Stage
from rnn_compare.runs.events import Status
from tests.kit.lectures import (
    ASKED_AGAIN,
    BEST,
    GATE,
    LECTURE,
    SHORT,
    TO_THE_REVEAL,
    Event,
    begin,
    finish,
    give,
    go_to,
    lecture,
    messages,
    pressable,
    record_before,
    refused,
    vote,
    write,
)
from tests.kit.runs import finish as finish_run

QUESTION = ["next", "next"]
CURVE = [*QUESTION, "show_next_step"]
QUIZ = f"{SHORT}{GATE}{BEST}{TO_THE_REVEAL}"


@pytest.mark.parametrize(
    ("text", "events", "title", "phase", "round_"),
    [
        (LECTURE, ["back"], "Why?", "idle", 1),
        (LECTURE, [*QUESTION, "vote_again"], "Which?", "open", 1),
        (LECTURE, [*QUESTION, "next"], "Draw", "open", 1),  # no phone has joined, and what is right comes later
        (LECTURE, [*QUESTION, [1], "close_vote", "close_vote"], "Which?", "closed", 1),
        (LECTURE, [*QUESTION, [1], "next", "show_next_step", "back"], "Which?", "closed", 1),
        (LECTURE, [*QUESTION, [1], "show_answers"], "Which?", "open", 1),  # only of a closed vote
        (LECTURE, [*QUESTION, "close_vote", "vote_again"], "Which?", "open", 1),  # nobody had answered
        (LECTURE, [*CURVE, "show_next_step", "finish", *["next"] * 9], "Home", "idle", 1),  # leads nowhere
        (SHORT + GATE, ["next"], "Before", "revealed", 1),  # no phone, and no later step says what is right
        (SHORT + GATE, [[1], "next", "next"], "Before", "revealed", 1),
        (QUIZ, [[1], "next", "next"], "Before", "shown", 1),  # a later step reveals
        (ASKED_AGAIN, [[0], "next", "next"], "After", "open", 1),  # the first answers are not shown
        (ASKED_AGAIN, [[0], "next", "show_answers"], "Before", "shown", 1),  # unless by the button
        (ASKED_AGAIN, [[0], "next", "next", [1], "next", "next"], "After", "revealed", 1),
        (LECTURE, ["end of file", "end"], "", "idle", 1),
    ],
)  # fmt: skip
def test_presses_lead_from_step_to_step_and_a_vote_from_phase_to_phase(
    stage: Stage, text: str, events: list[Event], title: str, phase: str, round_: int
) -> None:
    begin(stage, text)
    give(stage, *events)
    state = stage.classroom().state()
    assert (state.title, state.phase, state.round) == (title, phase, round_)


def test_where_no_phone_has_joined_the_notes_say_that_the_next_press_shows_what_is_right(stage: Stage) -> None:
    begin(stage, SHORT + GATE)
    assert messages(stage)["notes"]["next"] == "show what is right: no phone has joined"


def test_networks_train_once_hidden_until_the_reveal_and_the_wall_shows_their_progress_alone(stage: Stage) -> None:
    begin(stage)
    give(stage, *CURVE, "next", "train", "back", "show_next_step")
    assert [run.status for run in stage.services.all_runs()] == [Status.QUEUED] * 2
    [progress] = messages(stage)["wall"]["parts"]
    rows = [(row["name"], row["done"], row["text"]) for row in progress["rows"]]
    assert rows == [("SimpleRNN(32)", 0.0, "starting"), ("LSTM(32)", 0.0, "starting")]
    finish(stage)
    assert stage.services.runs() == []
    [progress] = messages(stage)["wall"]["parts"]
    assert progress["status"] == "Finished. The curves are still hidden."
    give(stage, "next")
    assert len(stage.services.runs()) == 2


def test_a_step_whose_press_was_cut_short_is_completed_by_the_next_one(stage: Stage) -> None:
    """As a server leaves it that is killed, or whose disk is full, between two of a step's writings."""
    begin(stage)
    classroom = stage.classroom()
    prediction, revealed = lecture().steps[2], lecture().steps[5]
    classroom.show_step(2, prediction.title, prediction.text, prediction.question)
    assert classroom.state().phase == "idle"
    assert pressable(messages(stage)["wall"]) == ["Open the vote"]
    give(stage, "next")
    assert (classroom.state().step, classroom.state().phase) == (2, "open")
    give(stage, [1], *["next"] * 6)
    hidden = classroom.state().hidden
    assert (classroom.state().step, len(hidden)) == (4, 2)
    classroom.show_step(5, revealed.title, revealed.text, prediction.question)
    assert classroom.state().phase == "shown"
    give(stage, "next")
    assert (classroom.state().step, classroom.state().phase, classroom.state().hidden) == (5, "revealed", frozenset())
    assert set(classroom.state().runs) == hidden


def test_each_page_counts_its_presses_by_itself(stage: Stage) -> None:
    begin(stage)
    sent = [("wall", 7), ("notes", 7), ("wall", 7), ("wall", 8)]
    assert [stage.classroom().take_press(*press) for press in sent] == [True, True, False, True]


def test_a_deleted_network_is_missed_in_words_and_trained_again_at_its_step(stage: Stage) -> None:
    begin(stage)
    go_to(stage, "What happened")
    stage.services.store.delete(stage.services.all_runs()[0].id)
    stage.services.refresh()
    wall = messages(stage)["wall"]
    assert wall["parts"][0]["lines"] == [DELETED]
    assert wall["outcome"]["said"] == "No answer is right: there is only one network."
    go_to(stage, "What it says")
    assert messages(stage)["wall"]["parts"] == [{"kind": "sentences", "lines": [DELETED]}]
    while stage.classroom().state().title != "Learning":
        give(stage, "back")
    assert [run.status for run in stage.services.all_runs()][1:] == [Status.QUEUED] * 2
    assert DELETED not in json.dumps(messages(stage), ensure_ascii=False)


def test_a_deleted_recording_is_missed_in_words_and_the_lecture_goes_on(stage: Stage) -> None:
    write(LECTURE)
    record_before(stage)
    begin(stage, from_recording=True)
    stage.services.store.delete(stage.services.all_runs()[0].id)
    stage.services.refresh()
    give(stage, *CURVE)
    for event in ("next", "train"):
        assert "A recorded network was deleted" in refused(stage, event)
        assert pressable(messages(stage)["wall"]) == ["Train"]
    go_to(stage, "Home")


def test_a_training_that_was_broken_off_goes_on_hidden(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    continued: list[str] = []
    monkeypatch.setattr(stage.services.engine, "continue_run", lambda run, **_: continued.append(run))
    begin(stage)
    give(stage, *CURVE, "next")
    for run in stage.services.all_runs():
        finish_run(stage.services.store, run.id, 0.7, status=Status.INTERRUPTED)
    stage.services.refresh()
    wall = messages(stage)["wall"]
    assert [row["text"] for row in wall["parts"][0]["rows"]] == ["ended after 1 epoch"] * 2
    assert wall["parts"][0]["status"] == "A training was interrupted. It can continue from its last epoch."
    for _ in range(2):  # also after the reveal: pressed on too soon, or the server went down while all looked
        assert pressable(messages(stage)["wall"]) == ["Continue"]
        give(stage, "continue_training", "next")
    assert continued == 2 * [run.id for run in stage.services.all_runs()]


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (("fly",), "There is no press 'fly'."),
        (("next", 1), "next takes no value."),
        (("read",), "read takes str value."),
        (("take_reviews", 1), "take_reviews takes bool value."),
        (("compare", True), "compare takes int value."),
        (("open_vote",), "This step has no question."),
    ],
)
def test_what_is_no_press_or_has_no_such_value_is_refused(stage: Stage, event: Any, sentence: str) -> None:
    assert refused(stage, "next") == NO_LECTURE
    begin(stage)
    assert sentence in refused(stage, *event)


VALUES = st.none() | st.booleans() | st.integers() | st.sampled_from([10**400, 1.5, "A film.", "\ud800"]) | st.text()
NAMED = st.sampled_from(sorted(PRESSES)) | st.text()


@given(st.lists(st.tuples(NAMED, VALUES | st.just([])) | st.just(("next", None)) | st.just(("vote", 1)), max_size=12))
@settings(suppress_health_check=list(HealthCheck))
def test_whatever_is_pressed_in_whichever_state_is_carried_out_or_refused_in_a_sentence_and_can_be_shown(
    stage: Stage, events: list[tuple[str, object]]
) -> None:
    begin(stage)
    for name, value in events:
        with contextlib.suppress(UserError):
            vote(stage, 1) if name == "vote" else presses.press(stage, name, value)
        if stage.classroom().state().lecture:
            finish(stage)
            assert messages(stage).keys() == {"wall", "notes", "phones"}
