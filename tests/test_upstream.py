"""What docs/upstream/ would have other projects mend: a release that mends it is noticed here."""

import importlib.util
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "upstream"
FILES = sorted(FOLDER.glob("test_*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_reported_upstream_still_fails_as_stated(file: Path) -> None:
    text = FOLDER / f"{file.stem.removeprefix('test_')}.md"
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    [test] = [value for name, value in vars(module).items() if name.startswith("test_")]
    failure = None
    try:
        test()
    except AssertionError as error:
        failure = str(error)
    assert failure is not None, f"This release mends {text.name}: remove it, and what works around it here."
    assert f"AssertionError: {failure}\n" in text.read_text("utf-8")


def test_every_text_names_a_test_and_is_listed() -> None:
    listed = (FOLDER / "README.md").read_text("utf-8")
    texts = [file.name for file in sorted(FOLDER.glob("*.md")) if file.name != "README.md"]
    assert texts == [f"{file.stem.removeprefix('test_')}.md" for file in FILES]
    assert all(name in listed for name in [*texts, *(file.name for file in FILES)])
