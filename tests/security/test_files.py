"""Files from outside: none is ever run, whoever wrote it, and one that could be says so in a sentence."""

import ast
import io
import pickle
import re
import shutil
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.networks import weights
from rnn_compare.networks.parameters import parameters
from rnn_compare.paths import CACHE_VARIABLE, cache_folder
from rnn_compare.reviews import prepared
from tests.kit.servers import PROJECT

PACKAGE = PROJECT / "rnn_compare"
QUESTION_MARKS = re.compile(r"', '\.join\('\?' \* len\(\w+\)\)")
OF_THE_SOURCE = {"column", "columns", "copied", "due", "parameters", "table", "where", "of_runs"}
OF_THE_SOURCE |= {"number + 1", "self.version"}
SMALL = Experiment(units=4, maxlen=20, vocabulary_size=500, embedding_size=4)


class Hostile:
    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.proof,)


@pytest.fixture
def proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a hostile file would write, beside an empty cache."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.delenv("RNN_COMPARE_IMDB", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "code_has_run"


def hostile_array(proof: Path) -> np.ndarray[Any, Any]:
    array = np.empty(1, object)
    array[0] = Hostile(proof)
    return array


def npy(array: np.ndarray[Any, Any]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def test_the_hostile_files_of_these_tests_are_as_dangerous_as_they_look(proof: Path) -> None:
    np.load(io.BytesIO(npy(hostile_array(proof))), allow_pickle=True)
    assert proof.exists()


def refuses(file: Path) -> bool:
    with pytest.raises(UserError, match="cannot be read"):
        weights.load(file, SMALL)
    return True


def test_a_weights_file_is_never_unpickled_nor_believed_to_hold_more_than_it_does(proof: Path, tmp_path: Path) -> None:
    sound = {t.path: np.zeros(t.shape, np.float32) for t in parameters(SMALL).tensors}
    file = tmp_path / "last.npz"
    for name in (*sound, "more"):
        np.savez(file, allow_pickle=True, **(sound | {name: hostile_array(proof)}))
        assert refuses(file)
    file.write_bytes(pickle.dumps(Hostile(proof)))
    assert refuses(file)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (3_000_000_000,)})
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("embedding/embeddings.npy", header.getvalue())
    assert refuses(file)
    assert not proof.exists()


@pytest.mark.parametrize("name", ["train_ranks", "texts"])
def test_the_prepared_reviews_are_never_unpickled(proof: Path, name: str, prepared_cache: Path) -> None:
    shutil.copytree(prepared_cache / "reviews", cache_folder() / "reviews")
    [folder] = (cache_folder() / "reviews").glob("bundled-*/")
    (folder / f"{name}.npy").write_bytes(npy(hostile_array(proof)))
    with pytest.raises(UserError, match=r"are damaged .* Delete that folder"):
        prepared.load("bundled")
    assert not proof.exists()


@pytest.mark.parametrize(
    "opcodes",
    [
        b"cos\nsystem\n(S'touch code_has_run'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cnumpy\nload\n(S'x'\ntR.",
        b"(i__builtin__\neval\n.",
        b"cnumpy.core.multiarray\n_reconstruct.__globals__\n.",
        b"\x80\x04\x8c\x05numpy\x8c\x0cndarray.view\x93.",
        b"\x80\x04\x8c\x05numpy\x8c\x07ndarray\x93\x8c\x02os\x8c\x06system\x93.",
    ],
)
def test_the_arrays_unpickler_knows_arrays_and_nothing_else(opcodes: bytes) -> None:
    from rnn_compare.sources.keras_imdb import _ArrayUnpickler

    with pytest.raises(pickle.UnpicklingError, match="it asks to run"):
        _ArrayUnpickler(io.BytesIO(opcodes)).load()


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    trees = {path.relative_to(PACKAGE): ast.parse(path.read_text()) for path in sorted(PACKAGE.rglob("*.py"))}
    return [(str(path), node) for path, tree in trees.items() for node in ast.walk(tree)]


def calls(names: set[str]) -> list[tuple[str, ast.Call]]:
    """Every call in the package of a function or method of one of these names, and where it stands."""
    return [
        (f"{path}:{node.lineno}", node)
        for path, node in nodes()
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in names
    ]


def keywords(call: ast.Call) -> dict[str, Any]:
    return {word.arg: getattr(word.value, "value", None) for word in call.keywords if word.arg}


@pytest.mark.parametrize(
    ("names", "files"),
    [
        ("load_model deserialize_keras_object model_from_json enable_unsafe_deserialization", []),
        # These two run what the program itself writes from the formulas of its cells: a kernel, and a Keras layer.
        ("eval exec system popen getoutput __import__", ["fused/cell_kernel.py", "networks/keras_models.py"]),
        ("savez", ["networks/weights.py", "runs/checkpoint.py", "runs/network_file.py"]),
    ],
)
def test_a_call_that_runs_what_it_is_given_stands_in_no_other_file(names: str, files: list[str]) -> None:
    assert sorted({where.split(":")[0] for where, _ in calls(set(names.split()))}) == files


@pytest.mark.parametrize(
    ("names", "keyword"),
    [
        ("load read_array", "allow_pickle"),
        ("run Popen call", "shell"),
        ("markdown html write caption", "unsafe_allow_html"),
        ("html", "unsafe_allow_javascript"),
    ],
)
def test_no_call_asks_for_what_runs_pickles_commands_or_markup(names: str, keyword: str) -> None:
    matching = calls(set(names.split()))
    assert matching
    assert [where for where, call in matching if keywords(call).get(keyword)] == []


def test_nothing_is_unpickled_but_by_the_unpickler_that_knows_arrays() -> None:
    modules = {"pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
    using = {
        path
        for path, node in nodes()
        if (isinstance(node, ast.Import) and {name.name.split(".")[0] for name in node.names} & modules)
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in modules)
    }
    # These pickle what the program itself sends to its workers and gets from them.
    of_workers = {f"training/local/{module}.py" for module in ("worker", "worker_handle")}
    assert using - of_workers == {"sources/keras_imdb.py"}


def test_no_query_holds_what_was_typed() -> None:
    queries = [
        (where, call) for where, call in calls({"execute", "executemany", "executescript", "_read"}) if call.args
    ]
    assert len(queries) > 10
    for where, call in queries:
        parts = call.args[0].values if isinstance(call.args[0], ast.JoinedStr) else []
        inserted = {ast.unparse(part.value) for part in parts if isinstance(part, ast.FormattedValue)}
        # Constants of the source, names of columns that stand in it, and question marks.
        others = {name for name in inserted if not (name.isupper() or QUESTION_MARKS.fullmatch(name))}
        assert others <= OF_THE_SOURCE, where
