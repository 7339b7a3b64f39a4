"""What wall, notes and phones get at each phase: the presenter more than the class, and nobody too early."""

import json
import time
from typing import Any

import pytest

from rnn_compare.lecture import presses
from rnn_compare.lecture.scene import current_scene
from rnn_compare.lecture.stage import Stage
from rnn_compare.lecture.steps import home
from rnn_compare.lecture.votes import tallies
from rnn_compare.runs.store import REPLACED
from rnn_compare.services.board_cards import not_live_text
from tests.kit.classes import LEAD
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
    record_before,
    vote,
    write,
)


def texts(*of_pages: Any) -> str:
    return json.dumps(of_pages, ensure_ascii=False)


def test_what_is_wrong_with_the_record_stands_in_the_notes_alone(stage: Stage) -> None:
    begin(stage)
    stage.services.store.warn(REPLACED)
    sent = messages(stage)
    assert sent["notes"]["warnings"] == [REPLACED]
    assert REPLACED not in texts(sent["wall"], sent["phones"])


def test_a_reveal_shows_the_curves_at_once_and_the_outcome_once_it_is_computed(stage: Stage) -> None:
    begin(stage)
    give(stage, "next", "next", [1, 1, 0])
    go_to(stage, "What happened")
    quick, sent = messages(stage, is_quick=True), messages(stage)
    for page in ("wall", "notes", "phones"):
        assert quick[page]["outcome"] is None
        assert sent[page]["outcome"]["answer"] == 1
    assert quick["phones"]["curves"] == sent["phones"]["curves"]


def test_phones_get_one_chart_of_the_findings_without_single_seeds(stage: Stage) -> None:
    begin(stage)
    go_to(stage, "What it says")
    curves = messages(stage)["phones"]["parts"][0]
    assert len(curves["charts"]) == 1
    assert {name for group in curves["groups"] for name in group} == {"id", "label", "color", "marker", "figures"}


def test_phones_get_no_verdict_on_a_review_while_networks_are_hidden(stage: Stage) -> None:
    begin(stage)
    classroom = stage.classroom()
    classroom.open_reviews(True)
    classroom.hide(["lstm-1"])
    classroom.show_review(classroom.send_review("a", "A good film.").id, ["LSTM: positive"])
    assert messages(stage)["phones"]["wall"]["verdicts"] == []
    classroom.reveal()
    assert messages(stage)["phones"]["wall"]["verdicts"] == ["LSTM: positive"]


def test_of_many_rounds_the_first_and_the_last_with_answers_count(stage: Stage) -> None:
    begin(stage)
    give(stage, "next", "next", [0], "next", "vote_again", [2, 2], "next", "vote_again", "next", "vote_again", [1])
    go_to(stage, "What happened")
    wall = messages(stage)["wall"]
    assert (wall["score"], [votes["counts"] for votes in wall["tallies"]]) == ("1 of 1 correct", [[1, 0, 0], [0, 1, 0]])


def test_the_bars_of_both_rounds_are_the_same_however_far_apart_their_answers_are() -> None:
    first, last = tallies(LEAD, [[1.0], [30.0]])
    assert first.labels == last.labels
    assert (first.counts, last.counts) == ((1, *[0] * 6), (*[0] * 6, 1))


def test_the_answers_to_a_question_that_is_asked_again_are_paired_by_device(stage: Stage) -> None:
    begin(stage, ASKED_AGAIN)
    give(stage, [0, 0, 0, 1], "next")
    assert messages(stage)["notes"]["sentences"][-1] == "This question comes again later: do not give the answer."
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


def test_a_steps_text_is_markup_of_its_own_on_the_wall_and_plain_on_phones_and_notes_are_the_presenters(
    stage: Stage,
) -> None:
    begin(stage)
    sent = messages(stage)
    assert sent["wall"]["text"] == "<p><strong>Words</strong> for the &lt;wall&gt;</p>\n"
    assert sent["wall"]["writes"]
    assert sent["phones"]["text"] == "Words for the <wall>"
    assert sent["notes"]["notes"] == "<p>For you <em>alone</em></p>\n"
    assert "For you" not in texts(sent["wall"], sent["phones"])
    stage.classroom().end()
    assert [page["on"] for page in messages(stage).values()] == [False] * 3


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
    give(stage, "next", "next")
    assert messages(stage)["wall"]["parts"][0] == note, "beside the findings too"
    give(stage, "back")
    later = time.time() + presses.RECORDING_SECONDS
    monkeypatch.setattr("rnn_compare.services.replays.time.time", lambda: later)
    stage.services.refresh()
    wall = messages(stage)["wall"]
    assert "91.2 %" in texts(wall)
    assert wall["parts"][0]["lines"] == [not_live_text(stage.services.runs())]


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
