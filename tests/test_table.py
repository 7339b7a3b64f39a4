"""Tables: what is hostile is text on every surface, and each surface shows the same facts."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.formatting import percent
from rnn_compare.table import Column, Entry, Table

HOSTILE = "<script>alert('1')</script>\n\x1b[31m\u202e"


def table(name: str) -> Table:
    accuracy = Column(name, percent, "val_accuracy")
    rows: list[Any] = [[Entry(name, kind="rc-layer"), Entry(0.875, small=name, share=0.5)], [name, None]]
    return Table(["Network", accuracy], rows, [name])


def test_html_names_columns_and_rows_and_shows_what_stands_beside_a_value() -> None:
    html = table("LSTM").html("rc-results", scrolls=True)
    assert html == (
        '<div class="rc-scroll" tabindex="0"><table class="rc-results">'
        '<thead><tr><th scope="col">Network</th><th scope="col">LSTM</th></tr></thead><tbody>'
        '<tr><th scope="row" class="rc-layer">LSTM</th>'
        '<td><progress value="0.5" aria-label="LSTM"></progress>87.5 %<small>LSTM</small></td></tr>'
        '<tr><th scope="row">LSTM</th><td>–</td></tr></tbody></table></div><p class="rc-note">LSTM</p>'
    )


def test_text_is_aligned_with_numbers_on_the_right_and_records_are_numbers() -> None:
    sizes = Table(["Network", Column("Parameters", key="parameters")], [["LSTM", 328_353], ["GRU", 33]])
    assert str(sizes) == "Network  Parameters\nLSTM        328,353\nGRU              33"
    assert sizes.records() == sizes.frame().to_dict("records") == [{"parameters": 328_353}, {"parameters": 33}]
    assert str(table("LSTM")).splitlines()[1:] == ["LSTM     87.5 % (LSTM)", "LSTM                 –", "LSTM"]


@given(st.just(HOSTILE) | st.text(min_size=1))
def test_whatever_people_typed_is_text_in_html_and_one_line_on_a_terminal(typed: str) -> None:
    harmless, hostile = table("a").html(), table(typed).html()
    assert [hostile.count(sign) for sign in '<>"'] == [harmless.count(sign) for sign in '<>"']
    assert str(table(typed)).count("\n") == 3
    assert not {"\x1b", "\u202e"} & {*str(table(typed))}
