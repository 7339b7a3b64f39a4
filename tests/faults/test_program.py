"""The program dies, or the machine around it fails: what was finished is there afterwards, and the run goes on."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from rnn_compare.runs.events import Status
from rnn_compare.runs.store import RunStore
from tests.browser.conftest import serving
from tests.chromium import PATIENCE as PAGE_PATIENCE
from tests.faults.conftest import TINY, Command
from tests.patience import PATIENCE, until

ON_PAGE = (
    "cell=LSTM&epochs=60&maxlen=20&units=4&embedding_size=4&vocabulary_size=500&batch_size=16&reviews=2000&dropout=0.2"
)
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="it is done with Linux' own means")


@pytest.mark.thorough  # the gate kills a server in test_soak_of_lectures.py, a command in tests/cli
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_that_is_killed_leaves_no_process_and_its_run_goes_on_after_a_new_start(
    cache: Path, page: Page, how: signal.Signals
) -> None:
    with serving(cache) as server:
        page.goto(f"{server.url}/?{ON_PAGE}")
        page.get_by_role("button", name="Train", exact=True).click(timeout=PAGE_PATIENCE)
        until(lambda: server.store.runs() and len(server.store.runs()[0].epochs) >= 2)
        processes = [server.process, *server.process.children(recursive=True)]
        assert len(processes) > 2, "a server and its workers"
        os.kill(server.process.pid, how)
        _, alive = psutil.wait_procs(processes, timeout=5)
        assert alive == []
        [before] = server.store.runs()
        assert before.status is (Status.RUNNING if how is signal.SIGKILL else Status.INTERRUPTED)

    with serving(cache) as server:
        page.goto(server.url)
        proceed = page.get_by_role("button", name="Continue LSTM(4)")
        expect(proceed).to_be_visible(timeout=PAGE_PATIENCE)
        [interrupted] = server.store.runs()
        assert interrupted.status is Status.INTERRUPTED
        assert interrupted.epochs[: len(before.epochs)] == before.epochs
        expect(page.get_by_text(f"interrupted after {len(interrupted.epochs)} of 60 epochs")).to_be_visible()
        expect(page.get_by_text("Finished epochs are kept")).to_be_visible()
        proceed.click()
        until(lambda: len(server.store.runs()[0].epochs) > len(interrupted.epochs))
        again = server.store.runs()[0]
        assert again.continued == (len(interrupted.epochs),)
        assert again.epochs[: len(interrupted.epochs)] == interrupted.epochs


@pytest.mark.soak
@linux_only
def test_a_full_disk_ends_the_run_with_a_sentence_and_it_goes_on_when_there_is_room(
    cache: Path, tmp_path: Path
) -> None:
    """On a file system of four megabytes, which the second epoch finds full."""
    if subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "true"], check=False).returncode:
        pytest.skip("this system lets nobody mount a file system of his own")
    small = tmp_path / "small"
    small.mkdir()
    script = f"""
set -u
mount -t tmpfs -o size=32m small {small}
ln -s {cache}/reviews {small}/reviews
train="{sys.executable} -m rnn_compare"
(  # fills the disk once the first epoch is there
  while [ ! -e {small}/runs/*/last.checkpoint ]; do sleep 0.02; done
  head -c 100m /dev/zero > {small}/filler 2>/dev/null
  truncate --size=-400K {small}/filler
) &
$train train --cell SimpleRNN --epochs 12 --reviews 4000 --maxlen 20 --units 4 > {tmp_path}/first.log 2>&1
echo "exit code $?" >> {tmp_path}/first.log
rm {small}/filler
run=$(ls {small}/runs)
$train continue $run > {tmp_path}/second.log 2>&1
echo "exit code $?" >> {tmp_path}/second.log
$train runs --json > {tmp_path}/runs.log
cp {small}/runs.db* {tmp_path}
"""
    subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "bash", "-c", script],
        env={
            **os.environ,
            "RNN_COMPARE_CACHE": str(small),
            "RNN_COMPARE_WORKERS": "1",
            "NUMBA_CACHE_DIR": os.environ["NUMBA_CACHE_DIR"],
            "PYTHONPATH": str(Path(__file__).parents[2]),
        },
        check=False,
        timeout=2 * PATIENCE,
    )
    first, second = ((tmp_path / name).read_text() for name in ("first.log", "second.log"))
    assert "No space left on device" in first
    assert "Free some space or make the folder writable, then continue the run." in first
    assert "Traceback" not in first + second
    assert first.rstrip().endswith("exit code 1"), first
    assert second.rstrip().endswith("exit code 0"), second
    [run] = RunStore(tmp_path / "runs.db").runs()
    assert run.status is Status.FINISHED
    assert [epoch.epoch for epoch in run.epochs] == list(range(1, 13))
    assert run.continued


@pytest.mark.soak
@linux_only
def test_a_clock_that_jumps_a_day_ahead_and_two_back_changes_nothing(
    cache: Path, command: Command, tmp_path: Path
) -> None:
    if not (compiler := shutil.which("cc")):
        pytest.skip("the clock is set by a few lines of C, and there is no compiler")
    library, jump = tmp_path / "clock.so", tmp_path / "jump"
    source = Path(__file__).with_name("clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    jump.write_text("0")
    arguments = ("train", "--cell", "SimpleRNN", "--epochs", "60", "--reviews", "2000", "--dropout", "0.2", *TINY)
    process = command(*arguments, LD_PRELOAD=str(library), CLOCK_JUMP=str(jump))
    store = RunStore(cache / "runs.db")
    for day in (1, -1):
        until(lambda: store.runs() and store.runs()[0].epochs)
        known = len(store.runs()[0].epochs)
        jump.write_text(str(day * 86_400))
        until(lambda known=known: len(store.runs()[0].epochs) >= known + 3)  # type: ignore[misc]  # bound here and now
        time.sleep(6)  # by when the engine has looked for orphans
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    [run] = store.runs()
    assert run.status is Status.FINISHED
    assert run.continued == ()
    assert run.ended is not None
    assert run.started is not None
    assert run.ended < run.started, "the clock was set back, or this tests nothing"
    assert all(0 < epoch.seconds < PATIENCE for epoch in run.epochs)
