import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rnn_compare.atomic import whole_file, whole_folder
from tests.kit.waiting import PATIENCE


def break_off_a_file(path: Path) -> None:
    with whole_file(path) as partial:
        partial.write_bytes(b"half of the second")
        raise RuntimeError


def break_off_a_folder(path: Path) -> None:
    with whole_folder(path) as partial:
        (partial / "first").write_bytes(b"of two files")
        raise RuntimeError


def test_a_file_is_there_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "below" / "file.npz"
    with whole_file(path) as partial:
        partial.write_bytes(b"first")
        assert partial.suffix == ".npz"
        assert not path.exists()
    with pytest.raises(RuntimeError):
        break_off_a_file(path)
    assert path.read_bytes() == b"first"
    assert [entry.name for entry in path.parent.iterdir()] == ["file.npz"]


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "below" / "folder"
    with pytest.raises(RuntimeError):
        break_off_a_folder(path)
    assert list(path.parent.iterdir()) == []
    with whole_folder(path) as partial:
        (partial / "first").write_bytes(b"of one file")
        assert not path.exists()
    assert [entry.name for entry in path.iterdir()] == ["first"]
    assert list(path.parent.iterdir()) == [path]


def test_a_process_that_is_killed_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"first")
    script = (
        "import os, pathlib, signal, sys\n"
        "from rnn_compare.atomic import whole_file\n"
        "with whole_file(pathlib.Path(sys.argv[1])) as partial:\n"
        "    partial.write_bytes(b'half of the second')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, path], cwd=Path(__file__).parents[1], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"first"


def test_of_several_writers_of_a_folder_the_first_wins(tmp_path: Path) -> None:
    path, all_there = tmp_path / "folder", threading.Barrier(8)

    def write(number: int) -> None:
        with whole_folder(path) as partial:
            (partial / "number").write_text(str(number))
            all_there.wait(PATIENCE)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(8)))
    assert list(tmp_path.iterdir()) == [path]
    assert int((path / "number").read_text()) in range(8)


def test_a_folder_that_cannot_be_put_in_its_place_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "taken"
    path.write_bytes(b"by a file")
    with pytest.raises(OSError, match=os.strerror(20)), whole_folder(path) as partial:
        (partial / "file").touch()
    assert list(tmp_path.iterdir()) == [path]
