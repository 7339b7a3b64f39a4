"""The phone's script and the messages from Python: each control is drawn, and both languages count in the same bar."""

import re
from pathlib import Path
from typing import Any

from rnn_compare.lecture.class_state import State
from rnn_compare.lecture.neighbours import COLOURS, SHAPES
from rnn_compare.lecture.questions import Question, QuestionOutcome, checked, kinds, tally
from rnn_compare.server.phones import phone_message
from tests.scripts import in_node

PAGE = (Path(phone_message.__file__).parent / "page").as_uri()
READ = f"""
import fs from "node:fs";
import {{ inWords }} from "{PAGE}/join_ask.js";
import {{ barOf }} from "{PAGE}/join_chart.js";
console.log(JSON.stringify(JSON.parse(fs.readFileSync(0)).map(({{ message, answers }}) => answers.map((answer) =>
  [inWords(message.question, answer), Array.isArray(answer) ? null : barOf(message.tallies[0], answer)]))));
"""
FIELDS = {"text": "?", "network": "LSTM", "choices": ("SimpleRNN", "LSTM"), "epochs": 4}
ANSWERS: dict[str, list[Any]] = {
    "choices": [0, 1],
    "points": [0.0, 0.5, 1.0, 2.5, 4.5, 11.5, 12.0, 24.0, 31.5],
    "epochs": [0, 1, 4],
    "curve": [[0.5, 0.6, 0.7, 0.8]],
}


DRAWN = f"""
import {{ SHAPES }} from "{PAGE}/join_sign.js";
console.log(JSON.stringify(Object.keys(SHAPES)));
"""


def read(cases: list[dict[str, Any]]) -> list[list[tuple[str, int | None]]]:
    """Returns each answer's words and bar, as the phone's scripts have them."""
    return [[tuple(pair) for pair in pairs] for pairs in in_node(cases, READ)]


def test_phones_have_words_for_the_answers_to_every_kind_and_count_them_in_the_walls_bars() -> None:
    cases, bars = [], []
    for name, kind in kinds().items():
        question = Question.model_validate({"id": name, "kind": name, **FIELDS})
        for reach in range(1, len(ANSWERS[kind.control.name]) + 1):  # far answers widen the bars of points
            answers = [checked(question, answer) for answer in ANSWERS[kind.control.name][:reach]]
            votes = tally(question, answers)
            state = State(lecture="x", question=question, phase="revealed")
            message = phone_message.for_all(state, [], [votes], QuestionOutcome(None, ""))
            cases.append({"message": message, "answers": answers})
            bars.append([votes.bar(answer) for answer in answers])
    readings = read(cases)
    assert [[bar for _, bar in pairs] for pairs in readings] == bars
    assert all(words for pairs in readings for words, _ in pairs)


def test_phones_can_draw_every_sign() -> None:
    assert in_node([], DRAWN) == list(SHAPES)
    style = (Path(phone_message.__file__).parent / "page" / "join.css").read_text("utf-8")
    assert re.findall(r"#sign \.(\w+) {", style) == list(COLOURS)
