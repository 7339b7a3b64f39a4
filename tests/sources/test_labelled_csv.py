"""Files of texts with labels as people have them: read whole, or refused in a sentence that names the row."""

import codecs
import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rnn_compare.errors import UserError
from rnn_compare.reviews.vocabulary import tokenize
from rnn_compare.sources import labelled_csv, own_texts
from rnn_compare.sources.labelled_csv import has_word, ordered, parse

HEADER = "text,label\n"
ROWS = "A fine day,good\nRain again,bad\n"
FINE = HEADER + 6 * ROWS
TEXTS = ["A fine day", "Rain again"] * 6


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        (FINE.replace("A fine day", "A, fine, day").replace(",good", ";good").replace(",bad", ";bad"), ";"),
        (FINE.replace(",", "\t"), "\t"),
        (FINE.replace("\n", "\r\n"), ","),
        (FINE.replace("\n", "\n\n"), ","),
        (FINE.replace("A fine day", "A; fine; day").replace("Rain again", "Rain; again"), ","),  # fewer columns fit
        (FINE.replace("\n", "\r"), ","),
    ],
)
def test_cells_may_be_divided_by_what_a_spreadsheet_writes(content: str, delimiter: str) -> None:
    content = content.replace("text,label", f"text{delimiter}label")
    result = parse(content.encode())
    assert result.description.layout.delimiter == delimiter
    assert [re.sub("[,;]", "", text) for text in result.texts] == TEXTS
    assert (result.labels, result.description.labels) == ([1, 0] * 6, ("bad", "good"))


@pytest.mark.parametrize(
    ("encoding", "first", "other"),
    [
        ("cp1252", "Die Geschichte ist langweilig und größtenteils schlecht", "Für mich der beste Film des Jahres"),
        ("utf-8-sig", "Très déçu 😞", "Une réussite épatante"),
        ("utf-16", "Très déçu 😞", "Une réussite épatante"),
        ("cp1252", "¡Qué película más bonita! Me encantó, señor", "La mañana fue fría"),
        ("cp1250", "Świetny film, polecam każdemu", "Nudna historia, źle zagrana, szkoda czasu"),
        ("cp1251", "Очень хороший фильм, актёры играют прекрасно", "Скучно и долго, не советую никому смотреть"),
        ("cp1253", "Πολύ καλή ταινία, την προτείνω σε όλους", "Βαρετή ιστορία και κακές ερμηνείες"),
        ("cp1254", "Çok güzel bir film, şahane oyunculuk ve müzik", "Sıkıcı, kötü oyunculuk, zaman kaybı"),
        ("cp932", "とても良い映画でした。もう一度見たいです", "つまらない映画だった。時間の無駄"),
        ("gb18030", "非常好的电影，推荐大家观看", "很无聊，浪费时间"),
        ("cp949", "정말 좋은 영화였습니다 추천합니다", "너무 지루하고 시간 낭비였다"),
    ],
)
def test_encodings_of_spreadsheets_are_recognised(encoding: str, first: str, other: str) -> None:
    result = parse(("text;label\n" + f"{first};a\n{other};b\n" * 5).encode(encoding))
    assert result.texts[:2] == [first, other]


def test_the_order_of_bytes_that_a_file_names_is_that_in_which_it_is_read() -> None:
    content = codecs.BOM_UTF16_BE + ("text,label\n" + "Très déçu 😞,bad\nUne réussite,good\n" * 5).encode("utf-16-be")
    assert parse(content).texts[0] == "Très déçu 😞"


@pytest.mark.parametrize(
    ("header", "row", "columns"),
    [
        ("label,text", "{label},{text}", ("text", "label")),
        ("what was said,mood", "{text},{label}", ("what was said", "mood")),
        ("Sentiment,Tweet,user", "{label},{text},somebody", ("Tweet", "Sentiment")),
        ("no,said,at,mood", "{number},{text},12:00,{label}", ("said", "mood")),
        ("id,title,class,text", "{number},A longer title than the text by far,{label},{text}", ("text", "class")),
    ],
)
def test_columns_are_known_by_their_names_or_by_what_they_hold(header: str, row: str, columns: tuple[str, str]) -> None:
    rows = [row.format(number=i, text=f"It was {i}", label=("calm", "wild")[i % 2]) for i in range(20)]
    result = parse("\n".join([header, *rows]).encode())
    assert result.description.layout.columns == columns
    assert (result.texts[3], result.description.labels[result.labels[3]]) == ("It was 3", "wild")


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (("10", "9"), ("9", "10")),
        (("+1", "-1"), ("-1", "+1")),
        (("spam", "Ham"), ("Ham", "spam")),
        (("schön", "öde"), ("schön", "öde")),
    ],
)
def test_label_1_is_the_greater_number_or_the_later_in_the_alphabet(
    labels: tuple[str, str], names: tuple[str, str]
) -> None:
    content = FINE.replace("good", labels[0]).replace("bad", labels[1])
    assert parse(content.encode()).description.labels == names == tuple(ordered(labels))


def test_rows_that_need_a_second_look_are_counted_by_their_numbers() -> None:
    more = ',good\nA fine day,bad\n!!! ...,bad\nno label at all,\n\n"=SUM(1,2) he wrote",good\n,\n'
    result = parse((FINE + more).encode())
    assert (result.description.left_out.count, result.description.left_out.first) == (3, [14, 16, 17])
    assert (result.description.repeated.count, result.description.repeated.first) == (11, [4, 5, 6, 7, 8])
    assert (result.description.contradicting.count, result.description.contradicting.first) == (1, [15])
    assert (result.description.formulas.count, result.description.formulas.first) == (1, [19])
    assert result.texts[-1] == "=SUM(1,2) he wrote"  # as it was written: nothing is computed


def test_texts_may_hold_line_breaks_quotes_and_delimiters_as_pandas_reads_them() -> None:
    content = HEADER + '"He said ""no"", and\nleft; slowly",bad\n' * 6 + 'It\'s "fine" by me,good\n' * 6
    theirs = pd.read_csv(io.StringIO(content))
    assert parse(content.encode()).texts == theirs["text"].tolist()


@given(
    st.lists(
        st.tuples(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60), st.booleans()),
        min_size=labelled_csv.MIN_TEXTS,
        max_size=30,
    ),
    st.sampled_from(",;\t"),
)
def test_any_output_of_a_csv_writer_is_read_as_it_was(rows: list[tuple[str, bool]], delimiter: str) -> None:
    usable = [(text, label) for text, label in rows if has_word(text)]
    assume(len(usable) >= labelled_csv.MIN_TEXTS and len({label for _, label in usable}) == 2)
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerows([("text", "label"), *((text, "yes" if label else "no") for text, label in rows)])
    result = parse(file.getvalue().encode())
    assert list(zip(result.texts, map(bool, result.labels), strict=True)) == usable
    assert all(map(tokenize, result.texts)), "whatever has a word is split into at least one"
    assert result.description.left_out.count == len(rows) - len(usable)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b" \n\n", "The file is empty"),
        (b"PK\x03\x04 a workbook", "Save the sheet as CSV UTF-8"),
        (FINE.encode() + b"\0\0,good\n", "Row 14 has bytes that are not text"),
        (FINE.encode() + b"\xff\xff\x98 \x81,good\n", "Row 14 has an unknown encoding"),
        (HEADER.encode(), "none. Expected: a CSV file"),
        (b"one column\nhello\nworld\n", "Row 1 has only one cell"),
        ((6 * ROWS).encode(), "Row 1 is not a header: 'good' is also a label of other rows"),
        ((HEADER + "A fine day,good\n" * 12).encode(), "has only 'good' (from row 2 on)"),
        ((FINE + "Fog,meh\n").encode(), "Row 14: 'meh' is a third label"),
        ((FINE + "Fog,meh\n").encode(), "after 'good' (row 2) and 'bad' (row 3)"),
        ((HEADER + "A fine day,=1+1\n" + 6 * ROWS).encode(), "Row 2: the label '=1+1' starts like a formula"),
        ((HEADER + "A fine day,@SUM(A1)\n" + 6 * ROWS).encode(), "Row 2: the label '@SUM(A1)' starts like a formula"),
        ((HEADER + "A fine day,+cmd|' /C calc'!A0\n" + 6 * ROWS).encode(), 'Row 2: the label "+cmd|'),
        ((HEADER + "A fine day,go\u202eod\n" + 6 * ROWS).encode(), "a character that cannot be shown"),
        ((FINE + f"Fog,{'x' * 41}\n").encode(), "Row 14: in the column 'label' the label"),
        ((FINE + "Fog, and rain,good\n").encode(), "Row 14 has 3 cells, the header 2"),
        ((FINE + "Fog\n").encode(), "Row 14 has 1 cells, the header 2"),
        ((FINE + '"never closed,good\n' + ROWS).encode(), "Row 14 has an unclosed quotation mark"),
        ((FINE + '"closed" too early,good\n').encode(), "Row 14 has an unclosed quotation mark, or one inside"),
        ((FINE + f"{'x' * 10 * 2**20},good\n").encode(), "Row 14 has a cell of more than 131,072 characters"),
    ],
)
def test_an_unusable_file_is_refused_in_a_sentence_with_the_row(content: bytes, message: str) -> None:
    with pytest.raises(UserError) as refused:
        parse(content)
    assert message in str(refused.value)
    assert len(str(refused.value)) < 500
    assert str(refused.value).isprintable()


def test_the_fewest_texts_and_the_longest_text_are_read_and_a_text_less_or_a_character_more_is_not() -> None:
    rows = [f"{'x' * labelled_csv.LONGEST_TEXT},good\n", *(f"Rain {n},bad\n" for n in range(1, labelled_csv.MIN_TEXTS))]
    assert len(parse((HEADER + "".join(rows)).encode()).texts) == labelled_csv.MIN_TEXTS
    for unusable, message in (
        ("".join(rows[:-1]), "The file has 9 texts with a label, in 10 rows; at least 10 are needed"),
        (f"x{''.join(rows)}", "Row 2 has a text of 100,001 characters"),
    ):
        with pytest.raises(UserError, match=message):
            parse((HEADER + unusable).encode())


def test_as_many_rows_as_are_allowed_are_read_and_not_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert labelled_csv.MAX_ROWS == 200_000
    monkeypatch.setattr(labelled_csv, "MAX_ROWS", 10_000)
    progress: list[tuple[int, int]] = []
    rows = HEADER + "a b,y\nc d,n\n" * 5_000
    assert len(parse(rows.encode(), lambda *done: progress.append(done)).texts) == 10_000
    assert progress == sorted(progress)
    assert progress[-1][0] / progress[-1][1] > 0.9
    with pytest.raises(UserError, match=r"Row 10,002: the limit is 10,000"):
        parse((rows + "e f,y\n").encode())


def test_a_file_beyond_all_measure_is_not_even_looked_at(tmp_path: Path) -> None:
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(own_texts.MAX_BYTES + 1)
    with pytest.raises(UserError, match="the limit is 64 MB"):
        own_texts.import_file(tmp_path / "large.csv")
