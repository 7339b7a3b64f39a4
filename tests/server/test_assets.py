"""The files that pages load: style sheets and scripts say the same names, and Python holds none of them."""

import re
from pathlib import Path

from rnn_compare.charts.palette import CSS
from rnn_compare.server.assets import PACKAGE, assets, url

SERVED = [path for path in assets().values() if path.suffix in (".css", ".js") and path.is_relative_to(PACKAGE)]
FILES = [*SERVED, *(PACKAGE / "dashboard").rglob("*.py")]


def test_every_variable_that_is_used_is_set_somewhere() -> None:
    text = "\n".join(path.read_text() for path in [*FILES, *(PACKAGE / "report").glob("*.py")])
    used = set(re.findall(r"var\((--rc-[\w-]+)", text))
    defined = set(CSS) | set(re.findall(r"(--rc-[\w-]+)(?:\"|')?\s*[:,]", text))
    assert used - defined == set()


def test_no_style_sheet_stands_in_a_python_file() -> None:
    """But the palette's colours, which charts need too."""
    assert [path.name for path in FILES if path.suffix == ".py" and "<style" in path.read_text()] == ["site.py"]


def test_every_style_sheet_is_loaded_by_a_page_or_a_component() -> None:
    sources = [*(path for path in FILES if path.suffix == ".py"), PACKAGE / "report" / "html_report.py"]
    named = set(re.findall(r'"([\w/-]+\.css)"', "\n".join(path.read_text() for path in sources)))
    loaded = {name for name in named if not name.startswith("report/")}
    of_a_lecture = set(
        re.findall(r'@import "[./]+/(browser/.*)";', (PACKAGE / "lecture/pages/wall/wall.css").read_text())
    )
    assert loaded | of_a_lecture == {path.relative_to(PACKAGE).as_posix() for path in FILES if path.suffix == ".css"}


def test_an_assets_address_is_seen_from_the_page_and_names_a_file() -> None:
    for name, path in assets().items():
        assert Path(path).is_file()
        assert re.fullmatch(rf"rnn-compare/[0-9a-f]{{12}}/{re.escape(name)}", url(name))
