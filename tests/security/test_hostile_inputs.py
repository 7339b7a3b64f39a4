"""What a hostile visitor types, sends in a link or gives to the command line: it is text, and stays text.

Every one of ``HOSTILE`` goes through the real pages and the real command line. Nothing may be run, no file but the
cache's own may be touched, and whoever typed it sees a page or a sentence, never a traceback.
"""

import contextlib
import csv
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from rnn_compare.cli.main import main
from rnn_compare.dashboard.pages.compare import controls
from rnn_compare.dashboard.pages.runs import run_table
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import visible
from rnn_compare.paths import cache_folder
from rnn_compare.report.written_files import curves
from rnn_compare.runs import store
from rnn_compare.server.access.limits import RateLimit
from rnn_compare.server.app import App
from rnn_compare.services.services import Services
from tests.kit.networks import save_random
from tests.kit.pages import go_to, seen, visit

from .hostile import HOSTILE, LIKE_NUMBERS

SETTINGS = tuple(Experiment.model_fields)
FORMULA_SIGNS = tuple("=+@\t\r＝＋＠－")
RUNS_SOMETHING = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pickle.find_class"}
CHANGES_FILES = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "shutil.rmtree"}
NEVER_DRAWN = {"script", "img", "svg", "iframe", "textarea", "object", "embed", "form", "input", "base", "meta"}
"""Tags that no page of this program makes in Python."""


class Watch:
    """Refuses this process what no hostile input may bring about, while it is watched, and keeps what was refused.

    Refuses, not only notes: a test of this file that fails must not have removed a folder of the machine it ran on.
    """

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.refused: list[tuple[str, str]] = []
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if self.folder is None:
            return
        writes = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        changes = writes or event in CHANGES_FILES
        if event in RUNS_SOMETHING or (changes and not self._is_harmless(str(args[0]), self.folder)):
            self.refused.append((event, str(args[0])))
            raise PermissionError(f"{event} of {args[0]} was refused")

    @staticmethod
    def _is_harmless(path: str, folder: Path) -> bool:
        return path == os.devnull or Path(path).resolve().is_relative_to(folder)


_watch = Watch()


@contextlib.contextmanager
def nothing_but_the_cache_is_touched() -> Iterator[None]:
    """Fails if anything is run, or a file outside the cache folder is written, moved or removed; lets none happen."""
    _watch.refused.clear()
    with pytest.MonkeyPatch.context() as late_imports:
        late_imports.setattr(sys, "dont_write_bytecode", True)
        late_imports.setattr(_watch, "folder", cache_folder())
        yield
    assert _watch.refused == []
    assert not list(Path.cwd().glob("hacked*"))


@pytest.mark.usefixtures("services")
def test_the_watch_lets_nothing_outside_the_cache_be_changed(tmp_path: Path) -> None:
    outside = tmp_path / "outside" / "kept"
    outside.parent.mkdir()
    outside.write_text("kept")
    for harm in (outside.unlink, lambda: outside.write_text(""), lambda: shutil.rmtree(outside.parent, True)):
        with (
            pytest.raises(AssertionError, match=str(outside.parent)),
            nothing_but_the_cache_is_touched(),
            contextlib.suppress(PermissionError),  # even where the code under test would swallow the refusal
        ):
            harm()
        assert outside.read_text() == "kept"


class Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.styles = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        if self.lasttag == "style":
            self.styles += data


@pytest.fixture
def trained(services: Services, record: Callable[..., str], prepared_cache: Path) -> str:
    """A run that can be asked: its weights are drawn at random, its reviews are real."""
    (cache_folder() / "reviews").symlink_to(prepared_cache / "reviews")
    run = record(units=4, maxlen=20, vocabulary_size=500, embedding_size=4)
    save_random(run, services.store.run(run).experiment)
    return run


@pytest.fixture(autouse=True)
def _no_pauses(own_app: App) -> None:
    own_app.predictions = RateLimit(10_000, 1.0)


def assert_sound(app: Any, name: str) -> None:
    """The page was drawn, without a traceback, and none of what was given became markup."""
    assert not app.exception, name
    assert "Traceback" not in seen(app), name
    markup = Markup()
    for element in app.get("html"):
        markup.feed(element.proto.body)
    assert not markup.tags & NEVER_DRAWN, name
    assert not [attribute for attribute in markup.attributes if attribute.startswith("on")], name
    assert "display:none" not in markup.styles, name


def test_names_and_notes_are_text_and_no_formulas_in_a_spreadsheet(
    services: Services, record: Callable[..., str]
) -> None:
    run = record()
    app = go_to(visit(), "runs")
    app.session_state["runs_table"] = {"selection": {"rows": [0]}}
    app.run()
    for name, text in HOSTILE.items():
        with nothing_but_the_cache_is_touched():
            app.text_input(key=f"name_{run}").set_value(text)
            app.text_area(key=f"note_{run}").set_value(text)
            app.run()
        assert_sound(app, name)
        [renamed] = services.store.runs()
        assert renamed.name == " ".join(visible(text[: store.MAX_NAME]).split()), name
        assert renamed.note == text[: store.MAX_NOTE].strip(), name
        rows = list(csv.reader(io.StringIO(curves([renamed]))))
        assert len(rows) == 3, f"{name}: one row an epoch, whatever the name holds"
        table = run_table.table([renamed], {})  # Streamlit offers it as a file, as it stands
        cells = [*(cell for row in rows for cell in row), *table.get("Name", ()), *table.get("Note", ())]
        assert not [cell for cell in cells if cell.startswith(FORMULA_SIGNS)], name


@pytest.mark.parametrize("page", ["try", "inside"])
def test_reviews_are_read_whatever_they_hold(trained: str, page: str) -> None:
    app = go_to(visit(), page)
    assert trained
    for name, text in HOSTILE.items():
        with nothing_but_the_cache_is_touched():
            app.text_area(key="review").set_value(text).run()
        assert_sound(app, name)
        assert app.text_area(key="review").value == text, name


@pytest.mark.parametrize("page", ["compare", "try", "inside", "reviews", "runs"])
def test_a_links_parameters_are_never_more_than_text(services: Services, record: Callable[..., str], page: str) -> None:
    """Each text stands in several parameters, and each parameter holds several texts."""
    record()
    names = list(HOSTILE)
    parameters = (*controls.DEFAULTS, "charts", "marks", "gap", "baselines", "show", "view", "review", "number")
    for shift in range(0, len(names), 14):
        values = {p: HOSTILE[names[(shift + place) % len(names)]] for place, p in enumerate(parameters)}
        with nothing_but_the_cache_is_touched():
            app = visit(page, **values)
        assert_sound(app, f"from {names[shift]}")
    assert len(services.store.runs()) == 1, "a link trains nothing"


@pytest.mark.parametrize("value", ["9" * 5_000, "1e999999", "", "<b>x</b>", "nan"], ids=lambda value: value[:9])
def test_settings_in_a_link_that_cannot_be_are_named_and_the_usual_ones_taken(services: Services, value: str) -> None:
    numbers = [name for name, field in Experiment.model_fields.items() if field.annotation in (int, float)]
    app = visit(**dict.fromkeys([*numbers, "seeds"], value))
    assert_sound(app, value)
    assert [field for field in (*numbers, "seeds") if f"In this link: {field} is" not in seen(app)] == []
    assert "2 networks, " in seen(app)
    assert services.runs() == []


@pytest.mark.parametrize("name", HOSTILE)
def test_the_command_line_answers_in_a_sentence(trained: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each setting is given all that a number may look like, and one is given each of the other texts."""
    argument = HOSTILE[name].split("\0")[0]  # no system passes on what follows
    settings = SETTINGS if name in LIKE_NUMBERS else SETTINGS[list(HOSTILE).index(name) % len(SETTINGS) :][:1]
    calls = [
        ["predict", argument, "good film"],
        ["predict", trained, argument],
        ["export", argument, "--model", "x.keras"],
        ["export", trained, "--model", argument],
        ["runs", argument],
        *(["parameters", f"--{field.replace('_', '-')}", argument] for field in settings),
        ["train", "--units", "32", "513", argument],
    ]
    for call in calls:
        with nothing_but_the_cache_is_touched():
            try:
                code = main(call)
            except SystemExit as ended:  # argparse's own refusal
                code = int(ended.code or 0)
        assert code in (0, 2), call[:2]
        assert "Traceback" not in capsys.readouterr().err, call[:2]
