"""The program dies, or the machine around it fails: what was finished is there afterwards, and the run goes on."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.events import Status
from rnn_compare.runs.store import LOST, RunStore
from tests.faults.conftest import PROJECT, TINY, Command, SpoiltDisk
from tests.kit.waiting import PATIENCE, until

COMMANDS = """
from rnn_compare.cli.foreground import recorded
from rnn_compare.cli.main import main
from rnn_compare.presets import BOOK
first, second = [run.id for run in recorded() if run.experiment in BOOK.experiments()]
for command in (["runs"], ["compare", first, second], ["predict", first, "good"], ["train", "--epochs", "1"]):
    print("exit code", main(command), flush=True)
"""

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="it is done with Linux' own means")


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


LONG = ("train", "--cell", "SimpleRNN", "--epochs", "100", "--reviews", "2000", "--dropout", "0.2", *TINY)


@pytest.mark.parametrize("removed", ["cache", pytest.param("record", marks=pytest.mark.thorough)])
def test_a_training_whose_record_or_cache_is_removed_ends_with_1_and_a_sentence(
    cache: Path, command: Command, removed: str
) -> None:
    process = command(*LONG)
    assert process.stdout is not None
    run = process.stdout.readline().split()[0]
    if removed == "record":
        for file in cache.glob("runs.db*"):
            file.unlink()
    else:
        cache.rename(cache.with_name("away"))
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, errors
    assert errors.endswith(f"{LOST} No longer recorded: {run}.\n")


def test_a_training_whose_output_nobody_reads_any_more_is_interrupted_and_ends_with_1(
    cache: Path, command: Command
) -> None:
    process = command(*LONG, "--json")
    assert process.stdout is not None
    assert '"epoch": 1,' in process.stdout.readline()
    process.stdout.close()
    assert process.wait(PATIENCE) == 1
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
    [run] = RunStore(cache / "runs.db").runs()
    assert run.status is Status.INTERRUPTED
    process.stdout = process.stderr = None


@linux_only
@pytest.mark.parametrize("command", ["runs", "--help"])
def test_an_output_that_cannot_be_written_is_a_sentence(cache: Path, command: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "rnn_compare", command],
            env={**os.environ, CACHE_VARIABLE: str(cache)},
            cwd=PROJECT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "The output cannot be written (No space left on device). Free some space.\n"


@pytest.mark.skipif(os.name != "posix", reason="these are signals of POSIX")
def test_a_run_goes_on_at_once_after_its_program_was_killed_and_sigterm_for_all_its_processes_stops_it_without_a_word(
    cache: Path, command: Command
) -> None:
    killed = command(*LONG)
    assert killed.stdout is not None
    run = killed.stdout.readline().split()[0]
    killed.kill()
    killed.wait()
    process = command("continue", run, before=("setsid",))
    assert process.stdout is not None
    assert f"{run}  SimpleRNN(4)" in process.stdout.readline()
    os.killpg(process.pid, signal.SIGTERM)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, errors
    assert RunStore(cache / "runs.db").run(run).status is Status.STOPPED
    assert "did not start" not in errors
    assert "ended unexpectedly" not in errors


@pytest.mark.parametrize(
    ("how", "why"),
    [("full", "The disk is full. Free some space"), ("read-only", "Make the file and its folder writable")],
)
def test_a_full_or_read_only_disk_lists_compares_and_reads_runs_and_says_why_it_takes_no_more(
    spoilt_disk: SpoiltDisk, how: str, why: str
) -> None:
    done = subprocess.run(
        spoilt_disk(how, f"{sys.executable} -c '{COMMANDS}'"),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    codes = [line for line in done.stdout.splitlines() if line.startswith("exit code")]
    assert codes == ["exit code 0", "exit code 0", "exit code 0", "exit code 2"], done.stdout + done.stderr
    assert "LSTM(32) is ahead of SimpleRNN(32) by" in done.stdout
    assert "1 word known" in done.stdout
    assert why in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


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
