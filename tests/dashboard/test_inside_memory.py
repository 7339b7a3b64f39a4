import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rnn_compare.charts.memory_chart import conclusion, noticed, noticed_chart
from rnn_compare.dashboard.widgets import memory_test as memory
from rnn_compare.dashboard.widgets.memory_test import used_words
from rnn_compare.explain.worker_tasks import keep
from rnn_compare.explain.worker_tasks import memory as memory_task
from rnn_compare.lecture import lecture_file
from rnn_compare.paths import CACHE_VARIABLE, run_folder
from rnn_compare.reviews import prepared
from rnn_compare.runs import shipped
from tests.charts.chosen_runs import StubEngine, chosen, html, page
from tests.charts.memories import memory_result, recalled

BOOKS = ("simplernn-cae4e2", "lstm-d58f2c")
"""The shipped runs of the first lecture."""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))


def test_words_are_told_once_for_all_networks_that_had_the_same() -> None:
    same = used_words([recalled(), recalled("other")])
    assert same.count("superb") == 1
    assert "mine" not in same
    apart = used_words([recalled(), recalled("other", positive=["wonderful"])])
    assert apart.count("screenplay") == 2
    assert apart.index("mine") < apart.index("superb") < apart.index("other") < apart.index("wonderful")


def test_a_networks_name_is_never_markup_among_the_words() -> None:
    assert "<i>" not in used_words([recalled("<i>a"), recalled("<i>b", neutral=["other"])])


def test_of_many_words_the_first_are_told_and_how_many_there_are() -> None:
    html = used_words([recalled(neutral=[f"word{number}" for number in range(100)])], limit=3)
    assert "word0, word1, word2 … (100 in all)" in html


def test_one_sentence_says_how_often_each_network_notices_the_word_a_quarter_of_maxlen_from_the_end() -> None:
    often, never = recalled("*often*", told_apart=[1, 0.97, 0.5]), recalled("never", told_apart=[1, 0, 0])
    short = recalled("short", distances=[1, 2, 5], told_apart=[1, 0.5, 0.5], pairs=20)
    assert noticed([often, never, short]) == (
        "With these weights, noticed 10 words from the end: \\*often\\* 97 % (94 to 99), never 0 % (0 to 2); "
        "1 word from the end: short 100 % (84 to 100)."
    )


def test_pairs_and_words_are_counted_for_every_network_not_for_the_first() -> None:
    alike, other = recalled(), recalled(pairs=50, positive=["superb", "wonderful", "perfect"])
    assert "over 200 pairs, for these weights and the 2 sentiment words" in conclusion([alike, alike])
    assert "over 50 to 200 pairs, for these weights and the 2 to 4 sentiment words" in conclusion([alike, other])


def test_nothing_is_tested_before_the_button_is_pressed_and_each_run_once(figures: dict[str, Any]) -> None:
    engine = StubEngine()
    app = page(memory.show, SimpleNamespace(engine=engine), [chosen("one"), chosen("other")])
    assert not engine.begun
    app.button(key="run_memory_test").click().run()
    assert [arguments[1] for arguments in engine.begun] == ["one", "other"]
    assert not app.button
    assert len(app.get("progress")) == 2
    assert not figures
    engine.asked_of("one").done, engine.asked_of("one").total = 5, 100
    texts = [element.proto.text for element in app.run().get("progress")]
    assert texts == ["`Measuring one` 5 % done", "`Measuring other` waiting for a worker"], "5 % alone is an accuracy"


def test_where_no_word_tells_the_label_the_page_says_so_without_a_worker() -> None:
    for dataset in ("parity2-15", "first-word-5"):
        prepared.prepare(dataset)
    engine = StubEngine()
    parity = chosen("parity", source="parity2", distance=15, maxlen=16, reviews=6_400)
    app = page(memory.show, SimpleNamespace(engine=engine), [parity])
    assert "No frequent word tells the label by itself" in app.info[0].value
    assert not app.button
    first = chosen("first", source="first-word", distance=5, maxlen=16, reviews=6_400)
    assert [button.label for button in page(memory.show, SimpleNamespace(engine=engine), [parity, first]).button] == [
        "Run the memory test"
    ]
    assert not engine.begun


def test_what_is_ready_is_drawn_while_others_are_waited_for_and_a_problem_is_told(figures: dict[str, Any]) -> None:
    engine = StubEngine()
    app = page(memory.show, SimpleNamespace(engine=engine), [chosen("one"), chosen("other")])
    app.button(key="run_memory_test").click().run()
    engine.asked_of("one").result = memory_result()
    app.run()
    assert len(app.get("progress")) == 1
    assert [line.name for line in figures["memory_chart"].data] == ["one"]
    assert any("Share of pairs rated in the right order" in text.value for text in app.markdown)

    engine.asked_of("other").problem = "The weights <are> gone."
    app.run()
    assert not app.exception
    assert not app.get("progress")
    assert "The weights &lt;are&gt; gone." in html(app)
    assert "superb" in html(app)
    assert app.button(key="run_memory_test").label == "Run the memory test for 1 more network"


def test_what_was_found_is_kept_with_the_run_and_shown_at_once_the_next_time(figures: dict[str, Any]) -> None:
    network, engine = chosen("one"), StubEngine()
    keep(run_folder("one"), memory_task, network.state, memory_result())
    app = page(memory.show, SimpleNamespace(engine=engine), [network])
    assert not app.button
    assert not engine.begun
    assert [line.name for line in figures["memory_chart"].data] == ["one"]


def test_words_are_named_by_the_labels_of_a_tasks_texts() -> None:
    own = chosen(source="parity2", distance=15, maxlen=16, reviews=6_400), memory_result()
    assert "<b>mostly in even texts</b>" in used_words([own])
    assert "positive texts" not in used_words([own])
    assert "telling word" in conclusion([own])
    assert "telling word" in noticed_chart([own]).layout.xaxis.title.text


def test_the_first_lectures_slide_has_the_shipped_memory_tests_figures() -> None:
    """A number on the tab and another on the next slide teach nothing."""
    slide = (Path(lecture_file.__file__).parent / "lectures" / "book.toml").read_text("utf-8")
    tests = [
        recalled(run, **json.loads(next((shipped.FOLDER / "runs" / run).glob("memory-*.json")).read_text("utf-8")))
        for run in BOOKS
    ]
    distance, simple, lstm = re.findall(r"\d+(?= words| % \()", noticed(tests))
    assert (
        f"{distance} words** before the end the LSTM noticed **{lstm} %** of the words, the SimpleRNN **{simple} %"
        in slide
    )
