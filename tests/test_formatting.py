"""Texts that others typed keep what their spelling needs, lose what nobody can see, and end no quotation in code."""

import ast
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare import formatting
from rnn_compare.formatting import as_python, visible

EDGES = [
    (formatting.counted, {0: "0 words", 1: "1 word", 2: "2 words", 1000: "1,000 words"}),
    (formatting.duration, {0.094: "0.09 s", 0.095: "0.1 s", 19.9: "19.9 s", 20: "20 s", 59.4: "59 s"}),
    (formatting.duration, {59.6: "1 min 0 s", 3599.4: "59 min 59 s", 3599.6: "1 h 0 min"}),
    (formatting.rough_duration, {7.9: "a few seconds", 8: "about 10 s", 89: "about 90 s", 90: "about 2 min"}),
    (formatting.rough_duration, {5399: "about 90 min", 5400: "about 1.5 h"}),
    (formatting.ordinal, {10: "10th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 103: "103rd", 113: "113th"}),
    (formatting.signed, {0.04: "0.0", -0.04: "0.0", 0.06: "+0.1", -0.06: "−0.1"}),
    (formatting.in_percent, {0.8765: 87.7, 0.87649: 87.6, 1.0: 100.0}),
]

JOINERS = {"\u200c", "\u200d"}
DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
HIDDEN = DIRECTIONS + "\0\x07\x1b\x7f\u00ad\u200b\u2060\ufeff\U000e0041"


@pytest.mark.parametrize(("function", "texts"), EDGES)
def test_numbers_are_written_so_up_to_the_edge_where_they_are_written_otherwise(
    function: Callable[..., object], texts: dict[float, object]
) -> None:
    things = ["word"] if function is formatting.counted else []
    assert {number: function(number, *things) for number in texts} == texts


@given(text=st.text(st.characters() | st.sampled_from([*JOINERS, *HIDDEN, "\xa0", "\u202f", "\t", "\n"])))
def test_all_that_can_be_seen_stays_in_order_and_nothing_invisible_but_joiners_and_spaces(text: str) -> None:
    shown = visible(text)
    assert [sign for sign in shown if not sign.isspace()] == [
        sign for sign in text if (sign.isprintable() and not sign.isspace()) or sign in JOINERS
    ]
    assert {sign for sign in shown if sign.isspace()} <= {" "}
    assert all(unicodedata.category(sign) not in {"Cc", "Cf", "Cs"} or sign in JOINERS for sign in shown)
    assert not set(HIDDEN) & set(shown)
    assert visible(shown) == shown


def test_words_that_a_no_break_space_parts_stay_apart() -> None:
    assert visible("Quel film\u202f!\xa0Oui") == "Quel film ! Oui"


@given(text=st.text(st.characters(codec=None) | st.sampled_from([*"\"'\\{}%\n\r", *HIDDEN, "\u2028", "\udce9"])))
def test_a_text_within_double_quotes_of_python_is_the_text(text: str) -> None:
    escaped = as_python(text)
    for quotes in ('"', '"""'):
        assert ast.literal_eval(f"{quotes}{escaped}{quotes}") == text
    assert escaped.isprintable()
