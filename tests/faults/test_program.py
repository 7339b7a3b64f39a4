"""The program dies, or the machine around it fails: what was finished is there afterwards, and the run goes on."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.events import Status
from rnn_compare.runs.store import LOST, RunStore
from tests.faults.conftest import PROJECT, TINY, Command, SpoiltDisk, alone
from tests.kit.waiting import PATIENCE

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
def test_a_full_disk_ends_the_run_with_a_sentence_and_it_goes_on_when_there_is_room(
    cache: Path, tmp_path: Path
) -> None:
    """On a file system of 32 megabytes, which the second epoch finds full."""
    small, log = tmp_path / "small", tmp_path / "log"
    small.mkdir()
    program = f"{sys.executable} -m rnn_compare"
    script = f"""
mount -t tmpfs -o size=32m small {small}
ln -s {cache}/reviews {small}/reviews
(  # fills the disk once the first epoch is there
  while [ ! -e {small}/runs/*/last.checkpoint ]; do sleep 0.02; done
  head -c 100m /dev/zero > {small}/filler 2>/dev/null
  truncate --size=-400K {small}/filler
) &
{program} train --cell SimpleRNN --epochs 12 --reviews 4000 --maxlen 20 --units 4
echo "exit code $?"
rm {small}/filler
{program} continue $(ls {small}/runs)
echo "exit code $?"
cp {small}/runs.db* {tmp_path}
"""
    environment = {**os.environ, CACHE_VARIABLE: str(small), "RNN_COMPARE_WORKERS": "1", "PYTHONPATH": str(PROJECT)}
    with log.open("w") as output:
        command = [*alone(), "bash", "-c", script]
        subprocess.run(command, env=environment, check=False, timeout=2 * PATIENCE, stdout=output, stderr=output)
    first, second, _ = re.split(r"exit code (?=\d)", log.read_text())
    assert "No space left on device" in first
    assert "Free some space or make the folder writable, then continue the run." in first
    assert re.findall(r"exit code (\d)", log.read_text()) == ["1", "0"]
    assert "Traceback" not in first + second
    [run] = RunStore(tmp_path / "runs.db").runs()
    assert run.status is Status.FINISHED
    assert [epoch.epoch for epoch in run.epochs] == list(range(1, 13))
    assert run.continued


LONG = ("train", "--cell", "SimpleRNN", "--epochs", "100", "--reviews", "2000", "--dropout", "0.2", *TINY)


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.parametrize("removed", ["cache", pytest.param("record", marks=pytest.mark.thorough)])
def test_a_training_whose_record_or_cache_is_removed_ends_with_1_and_a_sentence(
    cache: Path, command: Command, removed: str
) -> None:
    process = command(*LONG)
    run = first_line(process).split()[0]
    if removed == "record":
        for file in cache.glob("runs.db*"):
            file.unlink()
    else:
        cache.rename(cache.with_name("away"))
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, errors
    assert errors.endswith(f"{LOST} No longer recorded: {run}.\n")


@pytest.mark.skipif(os.name != "posix", reason="these are signals of POSIX")
def test_a_run_goes_on_after_its_program_was_killed_or_nobody_read_it_and_sigterm_for_all_processes_stops_it(
    cache: Path, command: Command
) -> None:
    unread = command(*LONG)
    run = first_line(unread).split()[0]
    assert unread.stdout is not None
    unread.stdout.close()
    assert unread.wait(PATIENCE) == 1
    assert unread.stderr is not None
    assert "Traceback" not in unread.stderr.read()
    assert RunStore(cache / "runs.db").run(run).status is Status.INTERRUPTED
    unread.stdout = unread.stderr = None

    killed = command("continue", run)
    first_line(killed)
    killed.kill()
    killed.wait()
    process = command("continue", run, before=("setsid",))
    assert f"{run}  SimpleRNN(4)" in first_line(process)
    os.killpg(process.pid, signal.SIGTERM)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, errors
    assert RunStore(cache / "runs.db").run(run).status is Status.STOPPED
    assert "did not start" not in errors
    assert "ended unexpectedly" not in errors


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
