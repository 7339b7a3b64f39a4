"""The phone's script and the messages from Python: each control is drawn, and both languages count in the same bar."""

import re
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_compare.lecture import phone_message
from rnn_compare.lecture.classroom.class_state import State
from rnn_compare.lecture.classroom.neighbours import COLOURS, SHAPES
from rnn_compare.lecture.questions import QuestionOutcome, checked, tally
from tests.kit.classes import ALL
from tests.kit.javascript import in_node
from tests.lecture.test_questions import numbers, sound

PAGES = Path(phone_message.__file__).parent / "pages"
PAGE = (PAGES / "phone").as_uri()
READ = f"""
import fs from "node:fs";
import {{ inWords }} from "{PAGE}/join_ask.js";
import {{ barOf }} from "{PAGES.as_uri()}/common/votes.js";
console.log(JSON.stringify(JSON.parse(fs.readFileSync(0)).map(({{ message, answers, beyond }}) => ({{
  words: answers.map((answer) => inWords(message.question, answer)),
  bars: [...answers, ...beyond].map((answer) => Array.isArray(answer) ? null : barOf(message.tallies[0], answer)),
}}))));
"""
DRAWN = f"""
import {{ SHAPES }} from "{PAGE}/join_sign.js";
console.log(JSON.stringify(Object.keys(SHAPES)));
"""


@settings(max_examples=5)
@given(data=st.data())
def test_phones_have_words_for_the_answers_to_every_kind_and_count_them_in_the_walls_bars(data: st.DataObject) -> None:
    cases: list[dict[str, Any]] = []
    bars = []
    for question in [*ALL, *data.draw(st.lists(numbers(), max_size=20))]:
        answers = [checked(question, answer) for answer in data.draw(st.lists(sound(question), max_size=9))]
        votes = tally(question, answers)
        state = State(lecture="x", question=question, phase="revealed")
        message = phone_message.for_all(state, [], [votes], QuestionOutcome(None, ""))
        beyond = [] if question.control.is_drawn else [*votes.edges, *(edge - 1e-9 for edge in votes.edges)]
        cases.append({"message": message, "answers": answers, "beyond": beyond})
        bars.append([votes.bar(answer) for answer in (*answers, *beyond)])
    readings = in_node(cases, READ)
    assert [reading["bars"] for reading in readings] == bars
    assert all(words and words != "undefined" for reading in readings for words in reading["words"])


def test_phones_can_draw_every_sign() -> None:
    assert in_node([], DRAWN) == list(SHAPES)
    style = (PAGES / "phone" / "join.css").read_text("utf-8")
    assert re.findall(r"#sign \.(\w+) {", style) == list(COLOURS)
