"""The shape of the whole project: which room may know which, and what no file may hold."""

import ast
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from pathlib import Path

import pytest

from rnn_compare.paths import CACHE_VARIABLE

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = PROJECT / "rnn_compare"
FOR_WORKERS = (
    *("rnn_compare.networks.keras_models", "rnn_compare.fused"),
    *(f"rnn_compare.training.worker.{module}" for module in ("callbacks", "fitting")),
)


def test_imports_go_downwards_only() -> None:
    """The rooms and their order stand in pyproject.toml."""
    linter = Path(sys.executable).with_name("lint-imports")  # in this process it would close absl's stderr, so pytest's
    done = _run(linter, "--no-cache", "--no-logo")
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)


def test_every_folder_of_modules_is_a_package_and_its_init_is_empty() -> None:
    """Without an ``__init__`` the contracts above pass a folder by; an empty one makes importing it import nothing.

    The package itself has ``rc.train`` and other names for notebooks, and imports nothing until one is used
    (tests/report/test_interface.py).
    """
    folders = {module.parent for module in PACKAGE.rglob("*.py")}
    inits = {folder / "__init__.py" for folder in folders}
    assert [str(init) for init in sorted(inits) if not init.is_file()] == []
    written = {init.parent for init in inits if init.is_file() and init.read_text()}
    assert written == {PACKAGE}


def test_what_is_not_for_workers_imports_neither_keras_nor_tensorflow() -> None:
    """Streamlit clears Keras' session after every run of a page once ``keras`` is imported: see docs/decisions.md."""
    script = """
import importlib, sys
for module in sys.argv[1:]:
    importlib.import_module(module)
print(sorted({"keras", "tensorflow"} & sys.modules.keys()))
"""
    wanted = [name for name in _modules() if not name.startswith(FOR_WORKERS)]
    done = _run(sys.executable, "-c", script, "app", *wanted)
    assert done.stdout == "[]\n", done.stdout + done.stderr


def test_a_server_that_starts_imports_neither_kernels_nor_keras_and_writes_nothing(tmp_path: Path) -> None:
    """Workers do; and where the cache cannot be written to, the pages are there to say so."""
    script = """
import os, sys
written = []

def note(event, arguments):
    if event == "os.mkdir" or (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
        written.append(str(arguments[0]))

sys.addaudithook(note)
import app
from rnn_compare.server import asgi
asgi.prepare()
print(sorted({"keras", "llvmlite", "numba", "tensorflow"} & sys.modules.keys()), written)
"""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", CACHE_VARIABLE: str(tmp_path / "nowhere")}
    done = _run(sys.executable, "-c", script, environment=environment)
    assert done.stdout == "[] []\n", done.stdout + done.stderr


def test_no_file_names_a_package_index_so_that_the_choice_stays_with_who_installs() -> None:
    hosts = [f"{name}.org" for name in ("pypi", "pythonhosted", "npmjs")]
    words = [*hosts, "--" + "index-url", "--" + "find-links"]  # in two parts: this file is read as well
    contents = {path.relative_to(PROJECT): path.read_bytes() for path in _files()}
    assert len(contents) > 50
    assert [(str(path), word) for path, content in contents.items() for word in words if word.encode() in content] == []


MOST_LINES, MOST_MODULES, MOST_FILES = 36_700, 282, 16
"""Of Python in the package, and of files in a folder: room for one of each kind. Who needs more raises it here."""


def test_the_house_does_not_grow_by_itself() -> None:
    modules = [path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"]
    files = Counter(
        path.parent for path in PACKAGE.rglob("*.*") if path.suffix != ".pyc" and path.name != "__init__.py"
    )
    assert sum(path.read_text("utf-8").count("\n") for path in modules) <= MOST_LINES
    assert len(modules) <= MOST_MODULES
    assert {str(folder): count for folder, count in files.items() if count > MOST_FILES} == {}


def _run(*command: str | Path, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


def _modules() -> list[str]:
    paths = (path.relative_to(PROJECT).with_suffix("") for path in sorted(PACKAGE.rglob("*.py")))
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]


def _files() -> Iterator[Path]:
    yield from (path for path in PROJECT.iterdir() if path.is_file())
    for folder in ("rnn_compare", "tests", "benchmarks", "container", "docs", ".ci", ".github", ".streamlit"):
        yield from (path for path in (PROJECT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc")


def test_what_ticks_has_a_place_of_its_own() -> None:
    """See ``dashboard/components.py``: a fragment that is a child of its page may empty that page."""
    bare = [path.name for path in PACKAGE.rglob("*.py") if "st.fragment" in path.read_text("utf-8")]
    assert bare == ["components.py"]


def test_the_server_uses_of_streamlit_what_is_no_widget() -> None:
    """Widgets belong to the dashboard."""
    allowed = {"context", "get_option", "query_params", "session_state", "user"}
    uses = {
        (path.name, node.attr)
        for path in (PACKAGE / "server").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "st"
    }
    assert ("visitor.py", "user") in uses
    assert sorted(use for use in uses if use[1] not in allowed) == []


MADE_LAST = ("rnn_compare.comparison.inference.wording", "rnn_compare.comparison.findings", "rnn_compare.formatting")
"""Modules whose functions return texts for people, and which may put them together."""
READ = {"partition", "rpartition", "removeprefix", "removesuffix", "replace", "split", "rsplit", "splitlines"}
SEARCHED = {"findall", "finditer", "float", "fullmatch", "int", "match", "search", "split", "sub"}


def test_no_code_reads_a_text_that_this_program_has_made() -> None:
    """Facts travel, and texts are made last: who needs a number of one gets the fact."""
    modules = {name: PROJECT / f"{name.replace('.', '/')}.py" for name in _modules()}
    read = [
        f"{name}:{call.lineno}: {ast.unparse(call)}"
        for name, path in modules.items()
        if path.is_file() and name not in MADE_LAST
        for call in _readings(ast.parse(path.read_text("utf-8")))
    ]
    assert read == []


@pytest.mark.parametrize(
    "line",
    [
        "sentence(pair).partition(' (')",
        "wording.sentence(pair).partition(' (')",
        "(short := sentence(pair)) and short.removesuffix('.')",
        "[text.split() for text in [sentence(pair) for pair in pairs]]",
        "re.sub(' [(].*[)]', '', sentence(pair))",
        "NUMBERS.sub('', outcome.explanation)",
        "finding.text.split()",
        "float(gap(pair)[:3])",
    ],
)
def test_what_reads_a_text_is_recognised(line: str) -> None:
    imports = f"from {MADE_LAST[0]} import gap, sentence\nfrom rnn_compare.comparison.inference import wording\n"
    assert len(list(_readings(ast.parse(f"{imports}def of_a_pair(pair): {line}")))) == 1


def _readings(module: ast.Module) -> Iterator[ast.Call]:
    """Yields the calls that take such a text apart, by functions: a name has one meaning in each."""
    makers = {
        name.asname or name.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module
        for name in node.names
        for place in (f".{node.module}", f".{node.module}.{name.name}")  # absolute, or the end of it
        if any(f".{module}".endswith(place) for module in MADE_LAST) and name.name != "visible"  # people's own text
    }
    for function in (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)):
        texts: set[str] = set()
        for _ in range(2):  # a name may be bound to what stands further down
            texts |= {name for names, value in _bindings(function) if _is_text(value, makers, texts) for name in names}
        for call in ast.walk(function):
            match call:
                case ast.Call(func=ast.Attribute(value=text, attr=method)) if method in READ:
                    if _is_text(text, makers, texts):
                        yield call
                case ast.Call(func=ast.Attribute(attr=method) | ast.Name(id=method), args=arguments):
                    if method in SEARCHED and any(_is_text(argument, makers, texts) for argument in arguments):
                        yield call


def _is_text(value: ast.expr, makers: Set[str], texts: Set[str]) -> bool:
    """Tells whether a value has such a text in it."""
    for node in ast.walk(value):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(value=ast.Name(id=name))) if name in makers:
                return True
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if attr == "explanation" or name == "finding":
                return True
            case ast.Name(id=name) if name in texts:
                return True
    return False


def _bindings(function: ast.FunctionDef) -> Iterator[tuple[list[str], ast.expr]]:
    """Yields the names that a function binds, with their value."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=targets, value=value):
                yield [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)], value
            case ast.NamedExpr(target=target, value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                yield [name.id for name in ast.walk(target) if isinstance(name, ast.Name)], value
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                yield [name.id for name in ast.walk(target) if isinstance(name, ast.Name)], value


VALUES = {"StepKind", "TypeAdapter", "TypeVar", "View", "compile", "frozenset", "getLogger", "tuple"}
"""Calls that return what is not changed afterwards."""
CHANGES = {"add", "append", "clear", "extend", "insert", "pop", "popitem", "remove", "setdefault", "update"}


def test_the_servers_process_shares_one_object() -> None:
    """Its state is the App's, so that two servers in one process share none (``tests/server/test_app.py``)."""
    shared = {
        f"{path.relative_to(PACKAGE)}: {name}"
        for room in ("server", "dashboard")
        for path in (PACKAGE / room).rglob("*.py")
        for name in _shared(ast.parse(path.read_text("utf-8")))
    }
    assert shared == {
        "server/app.py: _current",
        "server/assets.py: _contents",  # a cache of files that do not change
    }


def _shared(module: ast.Module) -> Iterator[str]:
    """Yields a module's names whose values are changed, or are objects that may change."""
    values = dict(_values(module))
    for name, value in values.items():
        if isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] not in VALUES:
            yield name
    for node in ast.walk(module):
        match node:
            case ast.Global(names=names):
                yield from names
            case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store()) if name in values:
                yield name
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()) if name in values:
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=change)):
                yield from {name} & values.keys() if change in CHANGES else ()


def _values(module: ast.Module) -> Iterator[tuple[str, ast.expr | None]]:
    for node in module.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                yield from ((name.id, node.value) for name in ast.walk(target) if isinstance(name, ast.Name))
