"""A class votes, changes its mind and sends reviews; the server may die at any moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.database import NotSaved
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment, recorded_experiment
from rnn_compare.lecture.classroom import classroom as module
from rnn_compare.lecture.classroom.class_state import curve_setting
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.lecture.classroom.inbox import LONGEST_REVIEW, checked_review
from rnn_compare.lecture.questions import Question
from tests.kit.classes import BEST, LEAD, NUMBER, OWN, exported, stored
from tests.kit.waiting import PATIENCE

Restart = Callable[[], Classroom]


def test_networks_that_were_offered_stay_with_phones_until_they_are_withdrawn_or_the_next_lecture(
    classroom: Classroom, restart: Restart
) -> None:
    classroom.hide(["lstm-1"])
    classroom.offer_networks(True)
    classroom.end()
    for ended in (classroom, restart()):
        state = ended.state()
        assert (state.lecture, state.networks_offered, state.runs, state.hidden) == ("", True, ("lstm-1",), frozenset())
    ended.offer_networks(False)
    assert not restart().state().networks_offered
    with pytest.raises(UserError):
        restart().offer_networks(True)
    restart().begin("another")
    restart().offer_networks(True)
    restart().begin("a third one")
    assert not restart().state().networks_offered


def test_the_last_answer_of_a_device_counts_once_and_the_first_round_stays_beside_the_second(
    classroom: Classroom, restart: Restart
) -> None:
    for answer in (2, 0, 0):
        classroom.answer("a", "best", 1, answer)
    after = restart()
    after.answer("b", "best", 1, 1)
    assert after.counts().answered == after.counts().joined == 2
    after.close_vote()
    after.vote_again()
    assert after.counts().answered == 0
    after.answer("a", "best", 2, 1)
    assert after.votes.rounds("best") == [{"a": 0, "b": 1}, {"a": 1}]
    with pytest.raises(UserError, match="another round"):
        after.answer("a", "best", 1, 2)
    assert [event.kind for event in after._journal.read(1)].count("answer") == 4, "the same again is no event"


def test_an_answer_counts_only_while_the_vote_is_open(classroom: Classroom, restart: Restart) -> None:
    def refuses(question: str, sentence: str) -> None:
        with pytest.raises(UserError, match=sentence):
            restart().answer("a", question, 1, 1)

    classroom.close_vote()
    refuses("best", "closed")
    restart().show_answers()
    refuses("best", "closed")
    restart().reveal()
    refuses("best", "revealed")
    for late in (Classroom.open_vote, Classroom.vote_again):
        with pytest.raises(UserError, match="revealed"):
            late(restart())
    restart().show_step(1, "", "", LEAD)
    refuses("lead", "not open yet")
    refuses("best", "not open")
    assert restart().votes.rounds("best") == []


def test_steps_are_as_they_were_left(classroom: Classroom) -> None:
    classroom.close_vote()
    classroom.show_step(1, "Train", "")
    assert (classroom.state().phase, classroom.state().question) == ("idle", None)
    classroom.show_step(2, "Reveal", "", BEST)
    assert classroom.state().phase == "closed"
    classroom.hide(["of another step"])
    classroom.hide(["first"])
    classroom.reveal()
    assert classroom.state().hidden == {"of another step"}
    classroom.show_step(3, "Predict", "", LEAD)
    classroom.hide(["second"])
    classroom.show_step(2, "Reveal", "", BEST)
    assert classroom.state().phase == "revealed"
    assert classroom.state().runs == ("first",), "an outcome stays that of its own runs"


def test_settings_are_hidden_from_the_beginning_to_their_own_reveal_or_the_end(restart: Restart) -> None:
    restart().begin("x", settings=["first", "second"])
    restart().reveal(["first"])
    assert restart().state().hidden_settings == {"second"}
    restart().end()
    assert restart().state().hidden_settings == frozenset()


DECIDES: dict[str, Any] = {
    **{"cell": "GRU", "units": 16, "embedding_size": 16, "layers": 2, "bidirectional": True, "mask_padding": True},
    **{"dropout": 0.2, "recurrent_dropout": 0.2, "recurrent_initializer": "identity", "forget_bias": 3.0},
    **{"initial_gates": "chrono", "optimizer": "adam", "learning_rate": 0.002, "clipnorm": 1.0, "batch_size": 64},
    **{"maxlen": 100, "vocabulary_size": 5000, "source": "rotten-tomatoes", "distance": 20, "reviews": 8000},
    **{"validation_split": 0.1, "test_split": 0.1},
}
"""Settings by which a curve is another from the first epoch on, each with another value than the book's LSTM has."""
LEAVES: dict[str, Any] = {
    **{"epochs": 12, "patience": 2, "schedule": "cosine", "stock_layers": True, "seed": 2, "vary_split": True},
}
"""The others: networks of the same setting but for these are hidden together."""


def test_each_setting_either_decides_the_curve_or_is_hidden_with_those_that_draw_it() -> None:
    book = Experiment(cell="LSTM")
    changes = DECIDES | LEAVES
    assert changes.keys() == Experiment.model_fields.keys(), "say of a new setting whether it decides a curve"
    for name, value in changes.items():
        other = book.model_copy(update={name: value})
        assert (curve_setting(other) != curve_setting(book)) is (name in DECIDES), name


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"reviews": 20_000}, {"reviews": 25_000, "test_split": 0.2}),
        ({"reviews": 20_000}, {"reviews": 24_000, "validation_split": 1 / 3}),
        ({"source": "bundled"}, {"source": "keras"}),
        ({"cell": "LSTM"}, {"cell": "LSTM", "forget_bias": 1.0}),
        ({"cell": "SimpleRNN"}, {"cell": "SimpleRNN", "forget_bias": 3.0}),
        ({"cell": "SimpleRNN"}, {"cell": "SimpleRNN", "initial_gates": "chrono"}),
    ],
)
def test_a_curve_that_other_settings_draw_as_well_is_hidden_with_them(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    assert curve_setting(Experiment(**first)) == curve_setting(Experiment(**second))


def test_a_run_whose_texts_were_removed_is_not_taken_for_another() -> None:
    lost = [recorded_experiment(f'{{"source": "texts-{name}-0123456789ab"}}') for name in ("lost", "gone")]
    assert len({curve_setting(experiment) for experiment in (*lost, Experiment())}) == 3


def test_another_lecture_begins_with_nothing_of_the_last(classroom: Classroom) -> None:
    with classroom.pages.opened("a"):
        classroom.answer("a", "best", 1, 1)
        classroom.begin("Another")
    assert classroom.counts().joined == 1, "who is here takes part"
    classroom.show_step(0, "", "", BEST)
    assert classroom.state().phase == "idle"
    assert classroom.contribution("a").answer is None
    assert classroom.votes.rounds("best") == []
    classroom.end()
    classroom.join("b")
    assert classroom.counts().joined == 1, "who comes after the end takes no part"


# ---- reviews -----------------------------------------------------------------------------------


def test_one_review_per_device_waits_and_shown_ones_stay(classroom: Classroom) -> None:
    with pytest.raises(UserError, match="Reviews are closed"):
        classroom.send_review("a", "A good film.")
    classroom.open_reviews(True)
    classroom.send_review("a", "First.")
    second = classroom.send_review("a", "Second.")
    other = classroom.send_review("b", "Other.")
    assert [review.text for review in classroom.reviews()] == ["Second.", "Other."]
    classroom.show_review(second.id, ["LSTM: positive"])
    assert (classroom.state().wall_review, classroom.state().wall_verdicts) == ("Second.", ("LSTM: positive",))
    classroom.send_review("a", "Third.")
    assert [review.text for review in classroom.reviews()] == ["Second.", "Other.", "Third."]
    classroom.drop_review(second.id)
    assert classroom.state().wall_review is None
    classroom.drop_review(other.id)
    assert classroom.contribution("b").review is None
    with pytest.raises(UserError, match="is gone"):
        classroom.show_review(other.id)


def test_a_review_is_on_the_wall_until_the_lecture_goes_on_and_its_sender_is_told_so(
    classroom: Classroom, restart: Restart
) -> None:
    classroom.show_step(2, "Your review", "")
    classroom.open_reviews(True)
    sent = classroom.send_review("a", "A good film.")
    assert classroom.send_review("a", "A good film.") == sent, "who was told nothing of it sends it again"
    classroom.show_review(sent.id)
    classroom.show_step(2, "Your review", "")
    assert classroom.state().wall_review_id == sent.id
    assert restart().send_review("a", "A good film.").id == sent.id
    restart().show_step(3, "Inside the cells", "")
    after = restart()
    assert (after.state().wall_review, after.state().wall_verdicts, after.state().wall_review_id) == (None, (), "")
    assert [(review.text, review.shown) for review in after.reviews()] == [("A good film.", True)]
    assert after.contribution("a").review == after.reviews()[0]


@given(text=st.none() | st.integers() | st.text() | st.integers(-3, 9).map(lambda more: "é" * (LONGEST_REVIEW + more)))
def test_any_json_is_a_review_or_refused(text: object) -> None:
    try:
        stored = checked_review(text)
    except UserError:
        return
    assert 0 < len(stored) <= LONGEST_REVIEW
    assert "\0" not in stored


def test_a_review_keeps_joined_emoji_and_its_lines_and_one_of_joiners_alone_is_none() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
    assert checked_review(f"We all saw it:\n{family}\u202e ") == f"We all saw it:\n{family}"
    with pytest.raises(UserError, match="Write a review first"):
        checked_review("\u200d\n\u200c")


# ---- all at once, and what goes wrong ----------------------------------------------------------


def test_three_hundred_devices_at_once_are_all_counted(classroom: Classroom) -> None:
    def come(number: int) -> None:
        classroom.join(f"device {number}")
        classroom.answer(f"device {number}", "best", 1, number % 3)

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(come, range(300)))
    assert classroom.counts().joined == classroom.counts().answered == 300
    answers = list(classroom.votes.rounds("best")[0].values())
    assert [answers.count(choice) for choice in range(3)] == [100] * 3


def test_a_full_hall_says_so(classroom: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_DEVICES", 2)
    classroom.join("a")
    classroom.answer("b", "best", 1, 1)
    with pytest.raises(UserError, match="class is full"):
        classroom.answer("c", "best", 1, 1)
    assert classroom.votes.rounds("best") == [{"b": 1}]


def test_listeners_are_called_at_every_change_and_the_version_goes_up_with_what_phones_see(
    classroom: Classroom,
) -> None:
    heard: list[int] = []
    unlisten = classroom.listen(lambda: heard.append(classroom.counts().answered))
    before = classroom.state().version
    thread = threading.Thread(target=classroom.answer, args=("a", "best", 1, 1))
    thread.start()
    thread.join(PATIENCE)
    assert classroom.state().version == before, "a vote is not seen"
    classroom.close_vote()
    assert classroom.state().version > before
    unlisten()
    classroom.reveal()
    assert heard == [1, 1]


def test_an_answer_that_cannot_be_written_is_refused_and_not_counted(classroom: Classroom, tmp_path: Path) -> None:
    classroom._journal._writer.execute("PRAGMA query_only = ON")  # a disk that takes nothing more
    with pytest.raises(NotSaved, match="could not be used"):
        classroom.answer("a", "best", 1, 1)
    assert classroom.votes.rounds("best") == []
    with pytest.raises(NotSaved):
        classroom.close_vote()
    assert classroom.state().phase == "open"
    classroom._journal._writer.execute("PRAGMA query_only = OFF")
    classroom.answer("a", "best", 1, 1)
    assert list(tmp_path.glob("lecture.db"))


def test_a_lecture_of_another_version_is_over_and_its_answers_stay(
    classroom: Classroom, restart: Restart, tmp_path: Path
) -> None:
    classroom.answer("a", "best", 1, 1)
    classroom.open_reviews(True)
    classroom.send_review("a", "Nobody has seen this sentence.")
    classroom._journal._writer.execute(
        "UPDATE events SET data = json_set(data, '$.step', '?') WHERE data LIKE '%reviews%'"
    )
    after = restart()
    assert after.state().lecture == ""
    assert "LSTM" in after.export_csv()
    after.begin("Another")
    assert b"Nobody has seen" not in stored(tmp_path)


def test_the_export_pairs_rounds_and_repeated_questions_by_device(classroom: Classroom) -> None:
    again = OWN.model_copy(update={"id": "own-after", "repeats": "own"})
    votes = {OWN: [{"a": 0, "b": 0, "c": 1, "d": 0}, {"b": 1, "d": 0, "e": 1}], again: [{"a": 1, "c": 1, "d": 1}]}
    for step, (question, rounds) in enumerate(votes.items(), 1):
        classroom.show_step(step, "", "", question)
        classroom.open_vote()
        for number, answers in enumerate(rounds, 1):
            for device, answer in answers.items():
                classroom.answer(device, question.id, number, answer)
            classroom.vote_again()
    compared = [(row["right"], row["earlier"], row["gain"], row["devices"]) for row in exported(classroom)]
    assert compared[:4] == [(right, "", "", "") for right in "0010"]
    # Round 2: of b and d, who were both wrong before, one is right now. e has no first answer.
    assert compared[4:7] == [("1", "input", "0.5", "2"), ("0", "input", "0.5", "2"), ("1", "", "0.5", "2")]
    # Asked again: of a, c and d one was right in the first round, and all are now.
    assert compared[7:] == [("1", "input", "1.0", "3"), ("1", "forget", "1.0", "3"), ("1", "input", "1.0", "3")]


def test_a_number_outlives_a_restart_and_the_export_has_what_is_right_within_its_tolerance(
    classroom: Classroom, restart: Restart
) -> None:
    classroom.show_step(1, "", "", NUMBER)
    classroom.open_vote()
    for device, answer in {"a": 3.4, "b": 4.5}.items():
        classroom.answer(device, "number", 1, answer)
    after = restart()
    assert after.state().question == NUMBER
    assert [(row["answer"], row["right"]) for row in exported(after)] == [("3.4", "1"), ("4.5", "0")]


def test_a_spreadsheet_runs_no_answer_as_a_formula(classroom: Classroom) -> None:
    evil = Question(id="own", kind="own", text="?", choices=("=1+1", "b"))
    classroom.show_step(1, "", "", evil)
    classroom.open_vote()
    classroom.answer("a", "own", 1, 0)
    [row] = exported(classroom)
    assert row["answer"] == "'=1+1"
