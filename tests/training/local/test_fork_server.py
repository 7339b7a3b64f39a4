"""Workers are forked from a process that has imported TensorFlow; where that cannot be, each imports for itself."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.training.engine import Engine
from rnn_compare.training.local import fork_server
from tests.kit.trainings import worker_processes
from tests.kit.waiting import until

PROJECT = Path(__file__).resolve().parents[3]
forked_only = pytest.mark.skipif(not fork_server.AVAILABLE, reason="workers are forked on Linux only")
UNGUARDED = """
import sys
import psutil
import rnn_compare as rc
from rnn_compare.training.local import fork_server
assert __name__ == "__main__", "imported again"
fork_server.AVAILABLE = False
print(rc.train("LSTM", units=4, maxlen=10, reviews=80, epochs=1))
assert not {"dask", "distributed", "keras"} & sys.modules.keys()
print(any(fork_server.is_fork_server(child) for child in psutil.Process().children()))
"""

TENSORFLOW_CRASHES = """
import sys
from pathlib import Path
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine
from rnn_compare.training.local import supervision
from tests.kit.waiting import until

assert __name__ == "__main__", "imported again"
engine = Engine(RunStore(Path(sys.argv[1])), "command line")
supervision.FIRST_SECONDS = 0.5
broken = Path(sys.argv[0]).parent / "tensorflow"
broken.mkdir()
(broken / "__init__.py").write_text("import os; os._exit(1)")  # as on a processor that it was not made for
engine.start()
until(lambda: engine.state.reason)
print(engine.state.reason)
(broken / "__init__.py").unlink()
broken.rmdir()
until(lambda: engine.state.phase == "ready")
print(engine.state)
engine.close()
"""


def the_fork_server() -> psutil.Process:
    [server] = [child for child in psutil.Process().children() if fork_server.is_fork_server(child)]
    return server


@forked_only
def test_workers_share_the_memory_of_a_single_thread_whose_locks_are_free_and_give_way_to_the_pages(
    engine: Engine,
) -> None:
    until(lambda: len(worker_processes()) == 2 == sum(worker.ready for worker in engine.workers()))
    assert the_fork_server().num_threads() == 1
    imported = the_fork_server().memory_full_info()
    for worker in worker_processes():
        assert worker.ppid() == the_fork_server().pid
        memory = worker.memory_full_info()
        assert memory.rss - memory.uss > imported.rss / 4
    processes = [the_fork_server(), *worker_processes()]
    assert {process.nice() for process in processes} == {min(19, os.nice(0) + 10)}, "once"
    # As `timeout` and batch systems send it: the program stops its runs, which takes the workers.
    for process in processes:
        process.terminate()
    assert engine.ask(os.getpid) in {process.pid for process in processes}
    assert [the_fork_server(), *worker_processes()] == processes


def test_without_it_a_worker_imports_for_itself_and_needs_nothing_of_the_script_that_trains(
    prepared_cache: Path, tmp_path: Path
) -> None:
    """Python's own processes run the script again, which raises before they are ready."""
    *_, trained, has_fork_server = printed_by(UNGUARDED, prepared_cache, tmp_path, workers=1)
    assert "1 of 1 epochs" in trained
    assert has_fork_server == "False"


def test_workers_that_crash_at_start_are_reported_and_start_once_they_can(prepared_cache: Path, tmp_path: Path) -> None:
    problem, after = printed_by(TENSORFLOW_CRASHES, prepared_cache, tmp_path, workers=1)
    assert problem.startswith("The workers crash at start")
    assert after == "EngineState(phase='ready', reason=None)"


def printed_by(program: str, cache: Path, folder: Path, workers: int) -> list[str]:
    script = folder / "program.py"
    script.write_text(program)
    path = os.pathsep.join([str(folder), str(PROJECT)])  # first what a program puts there
    environment = {CACHE_VARIABLE: str(cache), "PYTHONPATH": path, "RNN_COMPARE_WORKERS": str(workers)}
    done = subprocess.run(
        [sys.executable, str(script), str(folder / "runs.db")],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


@forked_only
def test_its_package_is_importable_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    server = fork_server.ForkServer()
    process = psutil.Process(server._process.pid)
    try:
        until(lambda: any("tensorflow" in file.path for file in process.memory_maps()))
    finally:
        server.end()
