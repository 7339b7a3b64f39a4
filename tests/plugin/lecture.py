"""Gives a lecture with the example package's step and kind of question, with any interpreter that has the program."""

import json

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.lecture import lecture_file, phone_message, presses
from rnn_compare.lecture.classroom.class_state import STATE, Contribution, State
from rnn_compare.lecture.questions import checked, is_right, outcome, tally
from rnn_compare.paths import cache_folder
from rnn_compare.runs.store import RunStore
from rnn_compare.server.app import App
from rnn_compare.server.lecture.stream import build
from rnn_compare.services.services import Services
from rnn_compare.training.engine import Engine

LECTURE = """
title = "Mine"
preset = "Short"
[[steps]]
kind = "text"
title = "Before"
[[steps]]
kind = "pause"
title = "Coffee"
text = "**Outside**"
[[steps]]
kind = "networks"
title = "the networks"
[[steps]]
kind = "predict"
title = "A question"
[steps.question]
id = "lstm"
kind = "year"
text = "When was the LSTM published?"
about = 1997
"""


def give(store: RunStore) -> None:
    """Goes through the steps, and looks at what wall, notes and phones are sent."""
    own = App()
    own._services = Services(store, Engine(store, origin="page"), own.classroom)  # not started: nothing is trained
    stage, classroom = own.stage(), own.classroom()
    assert stage
    presses.begin(stage, "mine")
    for title, is_pause in (("Before", False), ("Coffee", True), ("the networks", False)):
        events, _ = build(stage, classroom, classroom.state(), {"wall", "notes", "phones"}, False)
        sent = [events.by_audience[page].partition(b"data: ")[2] for page in ("wall", "notes", "phones")]
        wall, notes, phones = map(json.loads, sent)
        assert wall["title"] == notes["title"] == phones["title"] == title
        assert (phones["reviews"], notes["takesReviews"]) == (is_pause, is_pause)
        pause = [{"kind": "sentences", "lines": ["Back in ten minutes, for the networks"]}]
        assert (wall["parts"] == phones["parts"] == pause) == is_pause, wall
        assert ("Ring the bell" in str(wall["presses"])) == is_pause
        presses.press(stage, "next")


def ask(store: RunStore) -> None:
    """Asks the question, and grades answers."""
    question = lecture_file.find("mine").steps[-1].question
    assert question
    result = outcome(question, [], Evidence(store))
    answers = [checked(question, answer) for answer in (1995, 1997.2, 2001)]
    assert [is_right(question, answer, result) for answer in answers] == [True, True, False]
    state = State(lecture="mine", question=question, phase="revealed")
    assert STATE.validate_json(STATE.dump_json(state)) == state
    message = phone_message.for_all(state, [], [tally(question, answers)], result)
    assert (message["question"]["control"]["name"], message["outcome"]["answer"]) == ("slider", 1997)
    assert message["tallies"][0]["edges"][0] == 1980
    assert sum(message["tallies"][0]["counts"]) == 3
    assert phone_message.for_one(state, Contribution(1996.0), result)["right"] is True
    open_message = str(phone_message.for_all(State(lecture="mine", question=question, phase="open"), [], [], None))
    assert "1997" not in open_message


if __name__ == "__main__":
    folder = cache_folder() / "lectures"
    folder.mkdir(exist_ok=True)
    (folder / "mine.toml").write_text(LECTURE, encoding="utf-8")
    assert lecture_file.read_all()[1] == []
    record = RunStore(cache_folder() / "runs.db")
    give(record)
    ask(record)
    print("given")
