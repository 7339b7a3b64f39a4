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
SPAWNED = """
import sys
from pathlib import Path
import psutil
from benchmarks.worker_processes import workers_of
from rnn_compare.experiment import Experiment
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine
from rnn_compare.training.local import fork_server
from tests.kit.waiting import until_ended

if __name__ == "__main__":
    fork_server.AVAILABLE = False
    engine = Engine(RunStore(Path(sys.argv[1])), "command line")
    engine.start()
    runs = engine.submit([Experiment(units=4, reviews=80, maxlen=10, epochs=1)])
    until_ended(engine, runs)
    print(engine._store.run(runs[0]).status, len(workers_of(psutil.Process())))
    print(any(fork_server.is_fork_server(child) for child in psutil.Process().children()))
    engine.close()
"""

KILLED_WHILE_IT_IMPORTS = """
import sys
import time
from pathlib import Path
import psutil
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine
from rnn_compare.training.local import fork_server

if __name__ == "__main__":
    engine = Engine(RunStore(Path(sys.argv[1])), "command line")
    fork_server.start()
    [imports] = [child for child in psutil.Process().children() if fork_server.is_fork_server(child)]
    engine.start()
    while engine._workers is None:
        time.sleep(0.01)
    imports.kill()
    until = time.monotonic() + 200
    while len(engine._workers.addresses()) < 2 and time.monotonic() < until:
        time.sleep(0.1)
    print(len(engine._workers.addresses()))
    engine.close()
"""

UNGUARDED = """
import sys
import rnn_compare as rc
assert __name__ == "__main__", "imported again"
print(rc.train("LSTM", units=4, maxlen=10, reviews=80, epochs=1))
assert not {"dask", "distributed", "keras"} & sys.modules.keys()
"""

TENSORFLOW_CRASHES = """
import sys
import time
from pathlib import Path
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine
from rnn_compare.training.local import supervision

if __name__ == "__main__":
    supervision.FIRST_SECONDS = 0.5
    broken = Path(sys.argv[0]).parent / "tensorflow"
    broken.mkdir()
    (broken / "__init__.py").write_text("import os; os._exit(1)")  # as on a processor that it was not made for
    engine = Engine(RunStore(Path(sys.argv[1])), "command line")
    engine.start()
    until = time.monotonic() + 200
    while not engine.state.reason and time.monotonic() < until:
        time.sleep(0.1)
    print(engine.state.reason)
    (broken / "__init__.py").unlink()
    broken.rmdir()
    while engine.state.phase != "ready" and time.monotonic() < until:
        time.sleep(0.1)
    print(engine.state)
    engine.close()
"""


def the_fork_server() -> psutil.Process:
    [server] = [child for child in psutil.Process().children() if fork_server.is_fork_server(child)]
    return server


@forked_only
@pytest.mark.usefixtures("engine")
def test_nothing_runs_in_the_fork_server_whose_locks_a_worker_could_inherit() -> None:
    assert the_fork_server().num_threads() == 1


@forked_only
def test_workers_share_its_memory(engine: Engine) -> None:
    until(lambda: len(worker_processes()) == 2 == sum(worker.ready for worker in engine.workers()))
    imported = the_fork_server().memory_full_info()
    for worker in worker_processes():
        assert worker.ppid() == the_fork_server().pid
        memory = worker.memory_full_info()
        assert memory.rss - memory.uss > imported.rss / 4


@forked_only
def test_sigterm_to_all_processes_of_a_command_ends_neither_it_nor_its_workers(engine: Engine) -> None:
    """As `timeout` and batch systems send it: the program stops its runs, which takes them."""
    processes = [the_fork_server(), *worker_processes()]
    for process in processes:
        process.terminate()
    assert engine.ask(os.getpid) in {process.pid for process in processes}
    assert [the_fork_server(), *worker_processes()] == processes


@forked_only
def test_it_gives_way_to_the_pages_once_and_so_do_its_workers() -> None:
    assert {process.nice() for process in (the_fork_server(), *worker_processes())} == {min(19, os.nice(0) + 10)}


def test_without_it_a_worker_imports_for_itself_and_trains_as_well(prepared_cache: Path, tmp_path: Path) -> None:
    assert printed_by(SPAWNED, prepared_cache, tmp_path, workers=1) == ["finished 1", "False"]


@forked_only
@pytest.mark.thorough
def test_workers_start_although_it_was_killed_before_their_start(prepared_cache: Path, tmp_path: Path) -> None:
    assert printed_by(KILLED_WHILE_IT_IMPORTS, prepared_cache, tmp_path, workers=2) == ["2"]


def test_workers_need_nothing_of_the_script_that_trains(prepared_cache: Path, tmp_path: Path) -> None:
    """Python's own processes run it again, which raises before they are ready."""
    assert "1 of 1 epochs" in printed_by(UNGUARDED, prepared_cache, tmp_path, workers=1)[-1]


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
def test_its_package_is_importable_from_any_folder(tmp_path: Path) -> None:
    script = (
        "from rnn_compare.training.local import fork_server; import psutil, time; server = fork_server.ForkServer();"
        " [one] = [c for c in psutil.Process().children() if fork_server.is_fork_server(c)];"
        " until = time.monotonic() + 100; imported = lambda: any('tensorflow' in m.path for m in one.memory_maps())"
        "\nwhile not imported() and time.monotonic() < until: time.sleep(.1)"
        "\nprint(time.monotonic() < until, flush=True); server.end()"
    )
    program = f"import sys; sys.path.insert(0, {str(PROJECT)!r}); exec({script!r})"
    environment = {**os.environ, CACHE_VARIABLE: str(tmp_path)}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["True"], done.stderr[-2000:]
