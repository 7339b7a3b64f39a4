"""Texts of the lecturer's own on the pages, from choosing the file, which a worker reads, to the verdict."""

import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from rnn_compare.reviews import text_import
from rnn_compare.services import board
from rnn_compare.services.board import View
from rnn_compare.services.services import Services
from rnn_compare.sources import own_texts, registry
from tests.kit.networks import save_random
from tests.kit.pages import html, page, press, run_until
from tests.kit.runs import finished_run

ROWS = "".join(f"Ticket {number}: the printer is broken,open\nTicket {number}: thanks,closed\n" for number in range(30))
CONTENT = f"what was written,state\n{ROWS}"
NAME = "<b>my</b> tickets.csv"


@pytest.fixture(autouse=True)
def _own_folder(shared_services: Services) -> Iterator[Services]:
    yield shared_services
    for name in own_texts.names():
        text_import.remove(name)
    for left in own_texts.folder().glob("*.*"):
        left.unlink()


def sent(content: str, name: str = NAME) -> AppTest:
    app = page("reviews.page")
    app.file_uploader[0].set_value((name, content.encode(), "text/csv")).run()
    return run_until(app, lambda: "<section class='rc-understood'" in html(app) or app.error)


def test_a_chosen_file_and_one_in_the_folder_of_texts_are_read_by_a_worker_and_told_before_anything_is_trained() -> (
    None
):
    app = sent(CONTENT + "again and again,open\nagain and again,closed\n")
    assert not app.exception
    for fact in (
        "_b_my__b_ tickets.csv: 62 texts",  # a name that suits every system
        "closed 31 (50.0 %)",
        "<b>what was written</b>",
        "1 row repeats the text of an earlier row (row 63).",
        "1 row has another label there (row 63).",
        "commas, UTF-8.",
        "maxlen 7 cuts 0.0 % of them.",
        "of words known",
    ):
        assert fact in html(app)
    assert app.selectbox(key="reviews_source").value == own_texts.names()[0]
    assert app.file_uploader[0].value is None  # the box is ready for another
    assert [path.name for path in own_texts.folder().glob("*.csv")] == ["_b_my__b_ tickets.csv"]

    sent(CONTENT)
    assert len(list(own_texts.folder().glob("*.csv"))) == len(own_texts.names()) == 2, "none of its name is replaced"

    (own_texts.folder() / "from the shell.csv").write_text(CONTENT)
    app = page("reviews.page")
    app.button(key="read from the shell.csv").click().run()
    run_until(app, lambda: "from the shell.csv: 60 texts" in html(app))
    assert [button.key for button in app.button if str(button.key).startswith("read ")] == []


def test_a_file_that_cannot_be_used_gets_a_sentence_and_is_not_kept() -> None:
    app = sent(CONTENT + "Ticket 99,pending\n")
    assert not app.exception
    assert "Row 62: 'pending' is a third label" in app.error[0].value.replace("\\", "")
    assert not list(own_texts.folder().glob("*.csv"))
    assert app.selectbox(key="reviews_source").value == "bundled"


@pytest.mark.usefixtures("trained")
def test_networks_trained_on_them_give_verdicts_by_their_labels_names_and_every_page_goes_on_without_them(
    shared_services: Services,
) -> None:
    app = sent(CONTENT)
    [name] = own_texts.names()
    shown = board.message(shared_services, [name], View())
    assert (shown["groups"], shown["hint"]) == ([], f"_b_my__b_ tickets.csv. {board.HINT}"), "as a link names them"
    small = {"units": 4, "maxlen": 10, "epochs": 1, "vocabulary_size": 100, "embedding_size": 4}
    run = finished_run(shared_services.store, 0.7, source=name, reviews=60, **small)
    save_random(run, shared_services.store.run(run).experiment)
    shared_services.refresh()
    read = page("try_review", {"networks": [run]}, run=run)
    press(read, "Random text")
    assert not read.exception
    assert any("Its label is **" in element.value for element in read.markdown)
    verdicts = re.sub("<style>.*?</style>", "", html(read), flags=re.DOTALL)
    assert re.search(r"\d % (closed|open) <small>(✓ right|× wrong)</small></p>", verdicts)
    assert '<span class="rc-side-0">closed</span><span class="rc-side-1">open</span>' in verdicts
    assert "positive" not in verdicts

    press(app, "Remove these texts")
    assert not app.exception
    assert own_texts.names() == ()
    assert not list(own_texts.folder().glob("*.csv"))
    for path in ("try_review", "inside.page", "reviews.page"):  # the run stays
        page(path, {"review": "the printer is broken"})
    other = page("reviews.page", {"reviews_source": name})
    assert app.selectbox(key="reviews_source").value == other.selectbox(key="reviews_source").value == "bundled"
    assert registry.labels(name) == ("label 0", "label 1")
    sent(CONTENT)
    assert own_texts.names() == (name,), "they can be brought again"
    shared_services.store.delete(run)
