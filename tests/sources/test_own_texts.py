"""A file of the lecturer's own is a source like the others, and its runs outlive it."""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment, recorded_experiment
from rnn_compare.experiment_sets import experiment_from
from rnn_compare.explain.held_out import held_out
from rnn_compare.networks.keras_script import script
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.reviews import prepared, text_import
from rnn_compare.reviews.encoding import read_text
from rnn_compare.settings import choices
from rnn_compare.sources import own_texts, registry

WORDS = ("printer", "password", "Größe", "it's", "broken", "thanks", "again", "PLEASE", "e-mail")
Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str = "tickets.csv", encoding: str = "utf-8", more: str = "") -> Path:
        draw = random.Random(1)
        rows = [
            f'{number};"{", ".join(draw.choices(WORDS, k=9))}";{("closed", "open")[number % 3 == 0]}'
            for number in range(40)
        ]
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(["no;what was written;state", *rows, more]), encoding=encoding)
        return path

    return written


def test_a_file_becomes_a_source_whose_rows_are_encoded_by_imdbs_rule(write: Write) -> None:
    name = text_import.import_texts(str(write())).name
    source = registry.source(name)
    assert (source.title, source.size, source.labels) == ("tickets.csv", 40, ("closed", "open"))
    assert name in registry.names()
    assert name in choices("source")
    experiment = experiment_from({"source": name, "maxlen": 7, "vocabulary_size": 100})
    assert experiment.reviews == 40  # all of it, without being told
    with pytest.raises(UserError, match="reviews is 41; it must be between 10 and 40"):
        experiment_from({"source": name, "reviews": 41})
    reviews = prepared.load(name)
    split = reviews.padded(experiment)
    for place, row in enumerate(np.concatenate([split.x_train, split.x_val])):
        read = read_text(reviews.text(place), reviews.vocabulary, 100, 7)
        assert row.tolist() == read.ids.tolist()
    assert reviews.vocabulary.rank("größe") is not None
    assert reviews.training.labels.sum() == 14


@pytest.mark.parametrize(("name", "encoding"), [("tickets.csv", "utf-8"), ("it's {odd}.csv", "cp1252")])
def test_its_exported_script_reads_the_very_rows_from_the_file_beside_it(
    write: Write, name: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = "41;...;open\n42;no state;\n\n"  # left out
    path = write(name, encoding, more)
    experiment = Experiment(source=text_import.import_texts(str(path)).name, vocabulary_size=100, maxlen=8)
    reading = script(experiment).split("\nx = ")[0]  # before Keras comes in
    assert reading.startswith(f'"""SimpleRNN(32) on {name}, in stock Keras.')
    assert str(path.parent) not in reading
    assert "beside this one" in reading
    monkeypatch.chdir(path.parent)
    names: dict[str, list[int]] = {}
    lines = [line for line in reading.splitlines() if "keras" not in line]
    exec("\n".join(["vocabulary_size = 100", *lines]), names)
    reviews = prepared.load(experiment.source)
    order = np.random.RandomState(113).permutation(40)
    assert [names["texts"][place] for place in order] == [reviews.text(place) for place in range(40)]
    assert [names["labels"][place] for place in order] == reviews.training.labels.tolist()


def test_the_content_is_part_of_the_setting_and_the_path_is_not(write: Write) -> None:
    first = text_import.import_texts(str(write())).name
    assert text_import.import_texts(str(write("elsewhere/tickets.csv"))).name == first
    other = text_import.import_texts(str(write(more="40;one more;open\n"))).name
    assert other != first
    assert Experiment(source=other).setting != Experiment(source=first).setting
    assert registry.names()[len(registry.SOURCES) :] == (other,)  # the latest is offered
    assert registry.source(first).size == 40  # runs of the earlier one still know it


def test_once_their_file_is_gone_or_changed_runs_go_on_with_what_was_prepared_and_nothing_is_prepared_anew(
    write: Write, cache: Path
) -> None:
    path = write()
    experiment = Experiment(source=text_import.import_texts(str(path)).name, vocabulary_size=100)
    path.unlink()
    assert prepared.load(experiment.source).padded(experiment).x_train.shape == (32, 500)
    selection = held_out([experiment])
    assert selection is not None
    assert (selection.kind, selection.numbers, selection.labels) == ("validation", range(33, 41), ("closed", "open"))
    shutil.rmtree(cache / "reviews")
    with pytest.raises(UserError, match="cannot be read"):
        prepared.load(experiment.source)
    write(more="40;one more;open\n")
    with pytest.raises(UserError, match="has changed since it was read"):
        prepared.load(experiment.source)


def test_forgotten_texts_leave_runs_that_still_open(write: Write, cache: Path) -> None:
    name = text_import.import_texts(str(write("cache/texts/tickets.csv"))).name
    recorded = Experiment(source=name).model_dump_json()
    text_import.remove(name)
    assert not list((cache / "texts").glob("*.csv"))
    elsewhere = write()
    text_import.remove(text_import.import_texts(str(elsewhere)).name)
    assert elsewhere.exists()
    assert not list((cache / "reviews").glob(f"{name}*-v*"))
    assert name not in registry.names()
    assert recorded_experiment(recorded).label == "SimpleRNN(32)"
    assert registry.labels(name) == ("label 0", "label 1")
    with pytest.raises(UserError, match=r"The texts .* are not here. Read their file again"):
        prepared.load(name)


def test_files_in_the_folder_of_texts_are_offered_and_looked_up_by_name(write: Write) -> None:
    path = write("cache/texts/My tickets.csv")
    write("cache/texts/notes.md")
    assert own_texts.unread() == [path]
    assert own_texts.find_file("My tickets.csv") == own_texts.find_file("texts-my-tickets") == path
    assert {own_texts.find_file(name) for name in ("bundled", "texts-nothing", "order", "no such thing")} == {None}
    text_import.import_texts(str(path))
    assert own_texts.unread() == []
    write("cache/texts/My tickets.csv", more="40;one more;open\n")
    assert own_texts.unread() == [path]


@pytest.mark.parametrize(
    "name", ["texts-../../../etc/passwd", "texts-a-0123456789ab/..", "texts-A-0123456789ab", "texts-", "texts-a-b" * 9]
)
def test_a_name_that_is_no_name_leads_to_no_file(name: str) -> None:
    assert own_texts.find_card(name) is None
    assert not registry.is_known(name)


@pytest.mark.parametrize(("name", "problem"), [(b"caf\xe9.csv", "not UTF-8"), (b"\x07\xe2\x80\xae", "")])
def test_a_file_whose_name_nobody_can_read_is_refused_or_gets_a_title(
    write: Write, cache: Path, name: bytes, problem: str
) -> None:
    path = write("cache/texts/tickets.csv").rename(cache / "texts" / os.fsdecode(name))
    assert own_texts.unread() == []
    if problem:
        with pytest.raises(UserError, match=f"^The path of caf.csv is {problem}"):
            own_texts.import_file(path)
    else:
        assert registry.source(own_texts.import_file(path).name).title.startswith("texts-")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff", b'{"name": "texts-a-0123456789ab"}', b'{"name": "../x"}']
)
def test_a_card_that_somebody_has_spoilt_counts_as_none(write: Write, cache: Path, content: bytes) -> None:
    name = text_import.import_texts(str(write())).name
    (cache / "texts" / "known" / f"{name}.json").write_bytes(content)
    assert name not in registry.names()
    assert text_import.import_texts(str(write())).name == name  # reading the file again mends it
    assert registry.is_known(name)


def test_a_file_that_cannot_be_used_leaves_no_source(write: Write, cache: Path) -> None:
    path = write(more="40;one more;pending\n")
    with pytest.raises(UserError, match="Row 42: 'pending' is a third label"):
        text_import.import_texts(str(path))
    assert "third label" in text_import.try_import(str(path), 1, lambda *_: None).problem
    assert registry.names() == registry.SOURCES
    assert not (cache / "texts" / "known").exists()


def test_remarks_before_training_are_sentences(write: Write) -> None:
    more = '40;=cmd;open\n41;"it, is";"open"\n42;"it, is";closed\n43;...;open\n'
    card = text_import.import_texts(str(write(more=more, encoding="cp1252")))
    remarks = " ".join(card.remarks())
    for remark in (
        "It is not UTF-8; cp1252 was assumed.",
        "1 row has no word or no label and is left out (row 45).",
        "1 row has another label there (row 44).",
        "1 row starts like a formula; it is read as text (row 42).",
        "both sides of the split",
    ):
        assert remark in remarks
