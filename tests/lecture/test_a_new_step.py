"""A kind of step is added to a copy of the program: one file, and a lecture that has it is given."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import rnn_compare
from rnn_compare.paths import CACHE_VARIABLE

PAUSE = '''
"""A pause, in which the hall writes reviews."""

import streamlit as st

from rnn_compare.lecture.step_kind import StepKind


def show(moment):
    st.html(f"<p>Back in ten minutes, for {moment.lecture.steps[moment.index + 1].title}</p>")


PAUSE = StepKind("pause", show, takes_reviews=True)
'''

LECTURE = """
title = "Mine"
preset = "Short"
[[steps]]
kind = "text"
title = "Before"
[[steps]]
kind = "pause"
title = "Coffee"
text = "**Outside**"
[[steps]]
kind = "networks"
title = "the networks"
"""

GIVE = """
from streamlit.testing.v1 import AppTest

from rnn_compare.paths import cache_folder
from rnn_compare.runs.store import RunStore
from rnn_compare.server import visitor
from rnn_compare.server.app import current_app
from rnn_compare.server.services import Services
from rnn_compare.training.engine import Engine

store = RunStore(cache_folder() / "runs.db")
own = current_app()
own._services = Services(store, Engine(store, origin="page"), own.classroom)  # not started: nothing is trained
visitor.is_at_the_machine = lambda: True


def page(name):
    script = f"from rnn_compare.dashboard.pages.present.{name} import render; render()"
    app = AppTest.from_string(script).run(timeout=60)
    assert not app.exception
    return app


page("page").button(key="begin_mine").click().run(timeout=60)
for title, takes_reviews in (("Before", False), ("Coffee", True), ("the networks", False)):
    state = current_app().classroom().state()
    assert (state.title, state.reviews_open) == (title, takes_reviews), state
    wall = [node.proto.body for node in page("page").get("html")] + [text.value for text in page("page").markdown]
    assert ("<p>Back in ten minutes, for the networks</p>" in wall) == (title == "Coffee"), wall
    assert ("**Outside**" in wall) == (title == "Coffee"), wall
    next(button for button in page("notes").button if button.label == "Next").click().run(timeout=60)
"""


def test_one_file_makes_a_step_that_a_lecture_names_shows_and_takes_reviews_at(tmp_path: Path) -> None:
    package = Path(rnn_compare.__path__[0])
    shutil.copytree(package, tmp_path / "rnn_compare", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "rnn_compare" / "dashboard" / "pages" / "present" / "steps" / "pause.py").write_text(PAUSE)
    (tmp_path / "cache" / "lectures").mkdir(parents=True)
    (tmp_path / "cache" / "lectures" / "mine.toml").write_text(LECTURE)
    environment = os.environ | {CACHE_VARIABLE: str(tmp_path / "cache"), "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", GIVE], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
