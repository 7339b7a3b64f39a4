"""Constants that stand in Python and in a script of the browser, whose two sides must agree."""

import ast
import importlib
import re

import pytest

from rnn_compare.lecture.classroom import neighbours
from rnn_compare.lecture.classroom.inbox import LONGEST_REVIEW
from rnn_compare.server.lecture.stream import BEAT_SECONDS
from tests.kit.servers import PROJECT

PACKAGE = PROJECT / "rnn_compare"
JUDGING = "browser/judging"
INFERENCE = "comparison.inference"
SAME = [
    (f"{JUDGING}/scores.js", f"{INFERENCE}.intervals", "FEWEST"),
    *((f"{JUDGING}/levels.js", f"{INFERENCE}.levels", name) for name in ("ALPHA", "FIRST", "LATER", "PILES")),
    (f"{JUDGING}/levels.js", f"{INFERENCE}.levels", "MOST_IN_PILES"),
    (f"{JUDGING}/judge.js", f"{INFERENCE}.judgement", "FEWEST_REVIEWS"),
    (f"{JUDGING}/judge.js", f"{INFERENCE}.judgement", "UNCOUNTED"),
    (f"{JUDGING}/judge.js", f"{INFERENCE}.levels", "MARGIN"),
    *((f"{JUDGING}/wording.js", f"{INFERENCE}.wording", name) for name in ("USELESS", "MOST_SEEDS")),
    *((f"{JUDGING}/wording.js", f"{INFERENCE}.wording", name) for name in ("MANY_SETTINGS", "SEEDS_OF_MANY")),
    *((f"{JUDGING}/power.js", f"{INFERENCE}.power", name) for name in ("POWER", "MOST", "SURE")),
    *(("browser/arithmetic/encoding.js", "reviews.vocabulary", name) for name in ("PADDING", "START", "UNKNOWN")),
    ("browser/arithmetic/encoding.js", "reviews.vocabulary", "INDEX_FROM"),
    ("browser/arithmetic/layers.js", "feedforward.attention", "EPSILON"),
    ("browser/arithmetic/message.js", "browser.reading", "MOST_UNITS"),
    ("browser/arithmetic/packed_reviews.js", "browser.packed_reviews", "ONE_BYTE"),
    ("browser/drawing/cell/without_cell.js", "dashboard.pages.inside.attention", "NEARLY_EQUAL"),
    ("browser/reading/memory_chart.js", "explain.accuracy_by_length", "GROUPS"),
    ("browser/reading/reader.js", "dashboard.widgets.reading", "FIRST"),
    ("browser/reading/reader.js", "lecture.steps.inside", "FIRST"),
    ("lecture/pages/common/votes.js", "lecture.peer_instruction", "FEWEST"),
    ("lecture/pages/phone/join_train.js", "class_networks.task", "OF_A_CLASS"),
    ("playground/assets/curves_of_trainings.js", "browser.curves", "FEWEST_WITH_BAND"),
]
"""A script, a module, and the name of the constant in both."""


def constant(script: str, name: str) -> object:
    """Returns the number or the text to which a script sets a constant."""
    text = (PACKAGE / script).read_text("utf-8")
    [value] = re.findall(rf"^(?:export )?const {name} = ([^;]+);", text, re.MULTILINE)
    return ast.literal_eval(value)


@pytest.mark.parametrize(("script", "module", "name"), SAME)
def test_a_constant_is_the_same_in_a_script_and_in_python(script: str, module: str, name: str) -> None:
    in_python = getattr(importlib.import_module(f"rnn_compare.{module}"), name)
    assert constant(script, name) == pytest.approx(in_python)  # one of them may be a float32


@pytest.mark.parametrize(
    ("page", "audience"), [("wall/wall", "wall"), ("notes/notes", "notes"), ("phone/join", "phones")]
)
def test_a_page_hears_from_the_server_twice_before_it_takes_the_line_for_lost(page: str, audience: str) -> None:
    text = (PACKAGE / f"lecture/pages/{page}.js").read_text("utf-8")
    [silent] = re.findall(r"(?:silent:|SILENT =) (\d[\d_]*)", text)  # milliseconds
    beat_seconds = {str(name): seconds for name, seconds in BEAT_SECONDS.items()}
    assert 2 * 1000 * beat_seconds[audience] < int(silent)


def test_a_phone_draws_every_shape_and_colour_of_a_sign_and_takes_reviews_as_long_as_the_class_does() -> None:
    folder = PACKAGE / "lecture/pages/phone"
    [shapes] = re.findall(r"SHAPES = \{(.*?)\};", (folder / "join_sign.js").read_text("utf-8"), re.DOTALL)
    assert tuple(re.findall(r"^  (\w+):", shapes, re.MULTILINE)) == neighbours.SHAPES
    styles = "".join(file.read_text("utf-8") for file in folder.glob("*.css"))
    assert [colour for colour in neighbours.COLOURS if colour not in styles] == []
    lengths = set(map(int, re.findall(r'maxlength="(\d+)"', (folder / "join.html").read_text("utf-8"))))
    assert lengths == {LONGEST_REVIEW}
