"""`rnn-compare-judge`: a wheel of some of the program's modules, where there is nothing but NumPy and SciPy."""

import json
import os
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import rnn_compare as rc
from rnn_compare.cli.main import main
from tests.kit.servers import PROJECT

from .conftest import built, pip

ROWS = "setting;seed;accuracy\n" + "".join(
    f"{name};{seed};0,{accuracy}\n"
    for name, accuracies in {"A": (9, 91, 905), "B": (85, 86, 862), "C": (851, 866, 872), "bag": (8,)}.items()
    for seed, accuracy in enumerate(accuracies)
)


@dataclass(frozen=True)
class Alone:
    """A Python that can import the small package, NumPy and SciPy, and nothing else."""

    python: tuple[str, ...]
    path: str

    def run(self, *arguments: str, content: str = "", within: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        """Runs it, fed with some content, within a shell's command if one is named."""
        command = [*within, *self.python, "-P", *arguments]
        environment = {"PATH": os.defpath, "PYTHONPATH": self.path}
        return subprocess.run(command, env=environment, input=content, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(PROJECT / "judge", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(
    scope="module",
    params=["lent", *(pytest.param(ends, marks=pytest.mark.places) for ends in ("newest", "oldest"))],
)
def alone(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Alone:
    """NumPy and SciPy are lent by this environment, or installed in the newest and oldest versions that are allowed."""
    folder = tmp_path_factory.mktemp("alone")
    if request.param == "lent":
        zipfile.ZipFile(wheel).extractall(folder)
        for package in ("numpy", "numpy.libs", "scipy", "scipy.libs"):
            (folder / package).symlink_to(Path(sysconfig.get_path("platlib")) / package)
        return Alone((sys.executable, "-S"), str(folder))
    project = tomllib.loads((PROJECT / "judge/pyproject.toml").read_text("utf-8"))["project"]
    pinned = [bound.replace(">=", "==") for bound in project["dependencies"] if request.param == "oldest"]
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    pip(python, str(wheel), *pinned)
    return Alone((str(python),), "")


def test_the_wheel_is_pure_and_small(wheel: Path) -> None:
    assert wheel.name == f"rnn_compare_judge-{rc.__version__}-py3-none-any.whl"
    assert wheel.stat().st_size < 60_000
    modules = {name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".py")}
    own = {f"rnn_compare_judge/{name}.py" for name in ("__init__", "__main__")}
    assert own < modules
    for name in modules - own:
        assert zipfile.ZipFile(wheel).read(name) == (PROJECT / name.replace("_judge", "", 1)).read_bytes(), name


def test_its_command_prints_as_the_programs_does(
    alone: Alone, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "runs.csv"
    file.write_text(ROWS, "utf-8")
    for options in ([], ["--json"], ["--fixed", "bag", "--margin", "2", "--looks", "2", "--json"]):
        done = alone.run("-m", "rnn_compare_judge", "-", *options, content=ROWS)
        assert main(["judge", str(file), *options]) == done.returncode == 0, done.stderr
        assert done.stdout == capsys.readouterr().out
    for bad in (["nowhere.csv"], [str(file), "--margin", "0"], [str(file), "--fixed", "D"]):
        done = alone.run("-m", "rnn_compare_judge", *bad)
        assert main(["judge", *bad]) == done.returncode == 2
        assert done.stderr == capsys.readouterr().err


def test_it_judges_arrays_as_the_program_does_with_numpy_and_scipy_alone(alone: Alone) -> None:
    script = """
import importlib, json, pkgutil, sys
import numpy as np
import rnn_compare_judge
for module in pkgutil.walk_packages(rnn_compare_judge.__path__, "rnn_compare_judge."):
    importlib.import_module(module.name)
facts = [pair.facts() for pair in rnn_compare_judge.judge(RUNS, fixed=["bag"]).pairs]
loaded = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names
print(json.dumps([facts, sorted(name for name in loaded if not name.startswith(("_", "cython")))]))
"""
    runs = "{name: np.random.default_rng(n).random((1 if name == 'bag' else 7, 300)) < 0.7 + n / 30 for n, name in "
    runs += "enumerate(['bag', 'LSTM', 'GRU', 'MGU'])}"
    done = alone.run("-c", script.replace("RUNS", runs))
    assert done.returncode == 0, done.stderr
    facts, loaded = json.loads(done.stdout)
    assert loaded == ["numpy", "rnn_compare_judge", "scipy"]
    expected = [pair.facts() for pair in rc.judge(eval(runs, {"np": np}), fixed=["bag"]).pairs]
    assert [fact["sentence"] for fact in facts] == [fact["sentence"] for fact in expected]
    assert [fact["p"] for fact in facts] == pytest.approx([fact["p"] for fact in expected], rel=1e-9)


def test_an_output_that_cannot_be_written_is_said_in_a_sentence(alone: Alone) -> None:
    full = alone.run("-m", "rnn_compare_judge", "-", content=ROWS, within=("sh", "-c", 'exec "$@" > /dev/full', "sh"))
    assert full.returncode == 1
    assert full.stderr == "The output cannot be written (No space left on device). Free some space.\n"
