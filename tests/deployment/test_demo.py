"""A public demonstration: the pages without TensorFlow, Keras and Numba; nothing is trained."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.server.services import FIRST_START_VARIABLE
from rnn_compare.training.demo import DEMO_VARIABLE, demo_notice
from tests.processes import PAGE, PROJECT, free_port, started

MOST_MEGABYTES, MOST_MEMORY = 800, 350e6
LACKING = """
import sys, time
for name in ("keras", "llvmlite", "numba", "sklearn", "tensorflow"):
    sys.modules[name] = None
from streamlit.testing.v1 import AppTest
from rnn_compare.errors import UserError
from rnn_compare.explain import worker_tasks
from rnn_compare.explain.gradient_flow import follow_gradient
from rnn_compare.explain.prediction import ask, run_weights
from rnn_compare.server.app import current_app

services = current_app().services()
run = next(run for run in services.store.runs() if run.has_weights and run.experiment.source == "first-word")
for refused in (lambda: services.engine.submit([run.experiment]), lambda: services.engine.summary(run.experiment)):
    try:
        refused()
    except UserError as error:
        print(error)
print(ask(run, "good bad good", "best").review.count("cut off"))
state = worker_tasks.fingerprint(run_weights(run, "best"))
question = (worker_tasks.answer, follow_gradient, run.id, "best", state, run.experiment)
while not (flow := services.engine.analyse(*question)).ended:
    time.sleep(0.05)
print(flow.problem, flow.total > 0)
page = AppTest.from_file(sys.argv[1], default_timeout=100).run()
[train] = [button for button in page.sidebar.button if button.label == "Train"]
print(train.disabled, train.help, len(page.exception))
current_app().close()
"""


def test_it_lacks_what_trains_refuses_to_train_and_still_reads_networks(tmp_path: Path) -> None:
    variables = {CACHE_VARIABLE: str(tmp_path), DEMO_VARIABLE: "1", FIRST_START_VARIABLE: "1", "PYTHONPATH": "."}
    command = [sys.executable, "-c", LACKING, str(PROJECT / "app.py")]
    done = subprocess.run(command, cwd=PROJECT, env=os.environ | variables, capture_output=True, text=True, check=False)
    notice = demo_notice()
    assert done.stdout.splitlines() == [notice, notice, "0", "None True", f"True {notice} 0"], done.stderr


@pytest.mark.places
def test_its_own_requirements_are_all_that_it_needs(page: Page, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "own"], check=True)
    python = str(tmp_path / "own/bin/python")
    install = [python, "-m", "pip", "install", "--quiet", "-r", "requirements-demo.txt"]
    subprocess.run(install, cwd=PROJECT, check=True)
    size = subprocess.run(["du", "-sm", tmp_path / "own"], capture_output=True, text=True, check=True).stdout
    assert int(size.split()[0]) <= MOST_MEGABYTES
    variables = {
        CACHE_VARIABLE: str(tmp_path / "cache"),
        DEMO_VARIABLE: "1",
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_TRIM_THRESHOLD_": "131072",
    }
    environment = os.environ | variables | {FIRST_START_VARIABLE: "1"}
    port = free_port()
    command = [python, *PAGE[1:], f"--server.port={port}"]
    with started(command, tmp_path / "log", f"http://127.0.0.1:{port}/_stcore/health", environment) as server:
        page.goto(f"http://127.0.0.1:{port}")
        expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
        page.locator(".rc-card").first.wait_for()
        page.get_by_role("button", name="Replay").click()
        page.get_by_test_id("stPopoverBody").get_by_role("button", name="Play").click()
        page.get_by_role("button", name="Stop replay").wait_for()
        page.goto(f"http://127.0.0.1:{port}/inside")
        page.get_by_text("Effect of a word").first.wait_for()
        assert psutil.Process(server.pid).memory_info().rss <= MOST_MEMORY
