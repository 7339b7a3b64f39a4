"""What wall, notes and phones get at each phase: the presenter more than the class, and nobody too early."""

import json
import time
from typing import Any

import pytest

from rnn_compare.browser.numbers import packed
from rnn_compare.lecture import presses, votes
from rnn_compare.lecture.questions import Question, tally
from rnn_compare.lecture.scene import current_scene
from rnn_compare.lecture.stage import Stage
from rnn_compare.lecture.steps import home
from rnn_compare.runs.store import REPLACED
from rnn_compare.services.board_cards import not_live_text
from tests.kit.lectures import (
    ASKED_AGAIN,
    GATE,
    LECTURE,
    SHORT,
    TO_THE_REVEAL,
    begin,
    finish,
    give,
    go_to,
    lecture,
    messages,
    pressable,
    record_before,
    vote,
    write,
)

TALLIES = {"open": (0, 0, 0), "closed": (0, 1, 0), "shown": (1, 1, 0)}
"""The numbers of tallies that wall, notes and phones have."""
WHICH = Question(id="best", kind="best_network", text="Which?", choices=("SimpleRNN(32)", "LSTM(32)"))
LEAD = Question(id="lead", kind="lead", text="By how much?")
EPOCH = Question(id="when", kind="overfits_from", text="When?", network="LSTM(32)", epochs=5)


def texts(*of_pages: Any) -> str:
    return json.dumps(of_pages, ensure_ascii=False)


def test_what_is_wrong_with_the_record_stands_in_the_notes_alone(stage: Stage) -> None:
    begin(stage)
    stage.services.store.warn(REPLACED)
    sent = messages(stage)
    assert sent["notes"]["warnings"] == [REPLACED]
    assert REPLACED not in texts(sent["wall"], sent["phones"])


def test_from_the_vote_to_its_outcome_each_audience_gets_what_it_may_see(stage: Stage) -> None:
    begin(stage)
    give(stage, "next", "next")
    vote(stage, 1, 1, 0, confidence=2)
    for phase, numbers in TALLIES.items():
        assert stage.classroom().state().phase == phase
        sent = messages(stage)
        assert tuple(len(sent[page]["tallies"]) for page in ("wall", "notes", "phones")) == numbers
        assert sent["phones"]["phase"] == ("closed" if phase == "shown" else phase)
        assert ("Sure: LSTM(32) (2), SimpleRNN(32) (1)." in sent["notes"]["sentences"]) == (phase != "open")
        assert (sent["wall"]["score"], sent["wall"]["surprised"], sent["wall"]["outcome"]) == ("", "", None)
        give(stage, "next")
    give(stage, [[0.5] * 5, [0.9] * 5])
    go_to(stage, "What happened")
    quick, sent = messages(stage, is_quick=True), messages(stage)
    for page in ("wall", "notes", "phones"):
        assert quick[page]["outcome"] is None, "a reveal does not wait for statistics"
        assert sent[page]["outcome"]["answer"] == 1
        assert sent[page]["tallies"][0]["counts"] == [1, 2, 0]
    assert quick["phones"]["curves"] == sent["phones"]["curves"]
    wall = sent["wall"]
    assert (wall["score"], wall["legend"]) == ("2 of 3 correct", [])
    assert wall["surprised"] == "Sure and wrong: 1 of 3. They expected: SimpleRNN(32) (1)."
    [curves] = wall["parts"]
    assert [group["label"] for group in curves["groups"]] == ["SimpleRNN(32)", "LSTM(32)"]
    assert (len(curves["charts"]), curves["epochs"], "band" in curves) == (1, 5, False)
    give(stage, "next")
    wall = messages(stage)["wall"]
    assert (wall["question"]["id"], wall["score"]) == ("curve", "")
    assert wall["parts"][0]["band"]["middle"] == packed([0.7] * 5)
    give(stage, "next")
    sent = messages(stage)
    assert [part["kind"] for part in sent["wall"]["parts"]] == ["curves", "sentences"]
    assert len(sent["wall"]["parts"][0]["charts"]) == 2
    assert [len(sent["phones"]["parts"][0]["charts"]), sent["phones"]["parts"][0]["groups"][0].keys()] == [
        1,
        {"id", "label", "color", "marker", "figures"},
    ]


def test_the_presenter_reads_what_a_closed_vote_says_and_both_votes_are_shown(stage: Stage) -> None:
    begin(stage)
    give(stage, "next", "next", [0, 0, 0, 1, 1])
    assert messages(stage)["notes"]["sentences"] == [], "an open vote is not judged"
    give(stage, "next")
    sent = messages(stage)
    assert "The class is divided: discuss and vote again." in texts(sent["notes"]["sentences"])
    assert pressable(sent["wall"]) == [
        *("Show the answers", "Pair phones", "Discuss and vote again", "Go on without showing them")
    ]
    assert set(pressable(sent["wall"])) <= set(pressable(sent["notes"]))
    give(stage, "vote_again")
    assert messages(stage)["wall"]["discussion"] == "Discuss it with your neighbour, then vote again."
    give(stage, [1, 1, 1], "next")
    assert "3 of 3 changed their answer: SimpleRNN(32) → LSTM(32) (3)." in texts(messages(stage)["notes"]["sentences"])
    give(stage, "show_answers")
    wall = messages(stage)["wall"]
    assert [votes["counts"] for votes in wall["tallies"]] == [[3, 2, 0], [0, 3, 0]]
    assert wall["legend"] == ["first vote", "after discussion"]
    assert wall["colors"].keys() == {"SimpleRNN(32)", "LSTM(32)"}


def test_of_many_rounds_the_first_and_the_last_with_answers_count(stage: Stage) -> None:
    begin(stage)
    give(stage, "next", "next", [0], "next", "vote_again", "next", "vote_again", [1])
    go_to(stage, "What happened")
    wall = messages(stage)["wall"]
    assert (wall["score"], [votes["counts"] for votes in wall["tallies"]]) == ("1 of 1 correct", [[1, 0, 0], [0, 1, 0]])


def test_the_answers_to_a_question_that_is_asked_again_are_paired_by_device(stage: Stage) -> None:
    begin(stage, ASKED_AGAIN)
    give(stage, [0, 0, 0, 1], "next")
    notes = texts(messages(stage)["notes"]["sentences"])
    assert "1 of 4 correct" in notes
    assert "do not give the answer" in notes
    assert "explain" not in notes
    give(stage, "next")
    vote(stage, 1, 1, 0, confidence=2)
    give(stage, "next")
    notes = texts(messages(stage)["notes"]["sentences"])
    assert "Sure: 2 of 3 correct." in notes
    changed = "0 of 3 correct, then 2: learning gain 0.67. 2 of 3 changed their answer: input → forget (2)."
    assert f"Since the first time: {changed}" in notes
    give(stage, "next")
    wall = messages(stage)["wall"]
    assert (wall["outcome"]["answer"], wall["legend"]) == (1, ["at the start", "now"])
    assert [votes["answered"] for votes in wall["tallies"]] == [4, 3]
    assert wall["surprised"] == "Sure and wrong: 1 of 3. They expected: input (1)."


def test_where_nobody_answers_a_question_again_nobody_gets_its_first_answers_for_the_new(stage: Stage) -> None:
    begin(stage, ASKED_AGAIN)
    give(stage, [0, 1], "next", "next", "next", "show_answers")
    sent = messages(stage)
    assert sent["phones"]["tallies"] == []
    assert [votes["counts"] for votes in sent["wall"]["tallies"]] == [[0, 0]], "who rehearses sees what is right"


def test_an_edited_question_gets_its_own_outcome_of_the_same_runs(stage: Stage) -> None:
    text = f"{SHORT}{GATE}{TO_THE_REVEAL}"
    write(text)
    record_before(stage)
    for right, choice in enumerate(("input", "forget")):
        begin(stage, text.replace("right = 1", f"right = {right}"), from_recording=True)
        give(stage, "next", "next")
        stage.services.replays.stop()
        stage.services.refresh()
        assert f"The answer: {choice}." in messages(stage)["wall"]["outcome"]["said"]


@pytest.mark.parametrize(
    ("text", "events", "sentence"),
    [
        (LECTURE, [], "Two"),
        (LECTURE, ["next", "next"], "Draw"),  # no phone has joined, and what is right is revealed later
        (LECTURE, ["next", "next", [1]], "close the vote; only you see the answers"),
        (LECTURE, ["next", "next", [1], "next"], "show the answers"),
        (LECTURE, ["next", "next", [1], "next", "next"], "Draw"),
        (LECTURE, ["next", "next", "next", "next", "finish", "next"], "reveal: Draw it."),
        (LECTURE, ["next", "next", "next", "next", "finish", *["next"] * 5], "the end"),
        (SHORT + GATE, [], "show what is right: no phone has joined"),
        (ASKED_AGAIN, [[0], "next"], "After"),
    ],
)
def test_the_notes_say_what_the_next_press_does(stage: Stage, text: str, events: list[Any], sentence: str) -> None:
    begin(stage, text)
    give(stage, *events)
    assert messages(stage)["notes"]["next"] == sentence


def test_a_steps_text_is_markup_of_its_own_on_the_wall_and_plain_on_phones_and_notes_are_the_presenters(
    stage: Stage,
) -> None:
    begin(stage)
    sent = messages(stage)
    assert (sent["wall"]["text"], sent["wall"]["writes"]) == (
        "<p><strong>Words</strong> for the &lt;wall&gt;</p>\n",
        True,
    )
    assert sent["phones"]["text"] == "Words for the <wall>"
    assert sent["notes"]["notes"] == "<p>For you <em>alone</em></p>\n"
    assert "For you" not in texts(sent["wall"], sent["phones"])
    for page in ("wall", "notes"):
        assert (sent[page]["step"], sent[page]["steps"], sent[page]["title"]) == (0, 9, "Why?")
    give(stage, "next")
    sent = messages(stage)
    assert "= 322,113 parameters" in texts(sent["wall"]["parts"])
    assert "322,113" in texts(sent["phones"]["parts"])
    stage.classroom().end()
    sent = messages(stage)
    assert [sent[page]["on"] for page in ("wall", "notes", "phones")] == [False] * 3


def test_a_recording_is_played_hidden_revealed_as_far_as_played_and_called_so(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(LECTURE)
    assert not presses.is_recorded(stage.services, lecture())
    record_before(stage)
    assert presses.is_recorded(stage.services, lecture())
    begin(stage, from_recording=True)
    give(stage, *["next"] * 4)
    assert len(stage.services.all_runs()) == 2, "nothing is trained anew"
    assert stage.services.runs() == []
    progress, note, _ = messages(stage)["wall"]["parts"] + [None]
    assert [row["text"] for row in progress["rows"]] == ["epoch 1 of 5"] * 2
    assert progress["status"] == "Playing a recording."
    assert note["lines"][0].startswith("Replay, not live: recorded on ")
    assert "91.2" not in texts(messages(stage))
    assert messages(stage)["phones"]["played"] == ""
    give(stage, "next")
    sent = messages(stage)
    assert sent["phones"]["played"].startswith("Replay, not live: recorded on ")
    assert "91.2" not in texts(sent), "the last epochs have not been played yet"
    later = time.time() + presses.RECORDING_SECONDS
    monkeypatch.setattr("rnn_compare.services.replays.time.time", lambda: later)
    stage.services.refresh()
    sent = messages(stage)
    assert "91.2 %" in texts(sent["wall"])
    assert sent["wall"]["parts"][0]["lines"] == [not_live_text(stage.services.runs())]


def test_hidden_trainings_show_their_progress_alone(stage: Stage) -> None:
    begin(stage)
    give(stage, *["next"] * 4)
    [progress] = messages(stage)["wall"]["parts"]
    assert [(row["name"], row["done"], row["text"]) for row in progress["rows"]] == [
        ("SimpleRNN(32)", 0.0, "starting"),
        ("LSTM(32)", 0.0, "starting"),
    ]
    finish(stage)
    sent = messages(stage)
    assert sent["wall"]["parts"][0]["status"] == "Finished. The curves are still hidden."
    assert sent["notes"]["lines"] == ["SimpleRNN(32): finished", "LSTM(32): finished"]
    assert "91.2" not in texts(sent)


def test_the_code_home_leads_to_the_networks_that_the_class_has_seen(stage: Stage) -> None:
    begin(stage)
    go_to(stage, "Home")
    assert home.path(current(stage)) == "", "the newest are shown without a name"
    runs = [run.id for run in stage.services.runs()]
    sentence = "Scan the code to open today's networks."
    assert messages(stage)["wall"]["parts"] == [{"kind": "home", "sentence": sentence}]
    stage.services.engine.submit([lecture().preset_at(0).experiments()[0].model_copy(update={"seed": 2})])
    finish(stage)
    assert home.path(current(stage)) == f"?show={','.join(runs)}"
    begin(stage)
    give(stage, *["show_next_step"] * 8)
    assert home.path(current(stage)) == ""


def current(stage: Stage) -> Any:
    scene = current_scene(stage)
    assert scene
    return scene


@pytest.mark.parametrize(
    ("question", "rounds", "counts", "labels"),
    [
        (WHICH, [[1, 1, 0]], [(1, 2)], 2),
        (WHICH, [[0, 0, 1], [1, 1, 1, 1]], [(2, 1), (0, 4)], 2),
        (WHICH, [[0], [0, 0, 0], [1, 1]], [(1, 0), (0, 2)], 2),  # of many votes the first and the last
        (LEAD, [[1.0], [30.0]], [(1, 0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0, 1)], 7),  # the same bars
        (EPOCH, [[0, 5]], [(1, 0, 0, 0, 0, 1)], 6),
        (WHICH, [], [], 0),
    ],
)
def test_votes_are_counted_once_in_bars_that_both_rounds_share(
    question: Question, rounds: list[list[Any]], counts: list[tuple[int, ...]], labels: int
) -> None:
    tallies = votes.tallies(question, rounds)
    assert [tally.counts for tally in tallies] == counts
    assert {len(tally.labels) for tally in tallies} <= {labels}


@pytest.mark.parametrize(
    ("question", "right", "place"),
    [
        *((WHICH, 1, 1), (LEAD, 2.3, 2), (LEAD, 0.9, 0), (LEAD, 6.2, None), (EPOCH, 0, 0), (EPOCH, 4, 4)),
        *((WHICH, None, None), (EPOCH, (0.5, 0.6), None)),
    ],
)
def test_the_bar_that_the_outcome_lies_in_is_marked(question: Question, right: Any, place: int | None) -> None:
    assert tally(question, [3.0] if question is LEAD else [0]).bar(right) == place
