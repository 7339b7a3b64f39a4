"""Names of other libraries that they do not promise, and what the program loses by a release without one."""

import ast
import importlib
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.kit.servers import PROJECT

PACKAGE = PROJECT / "rnn_compare"


class Name(NamedTuple):
    """A name that its library does not document.

    Attributes:
        module: Where the library has it.
        name: What it is called there; "" for the module itself.
        used_by: The file of the program.
        fallback: The test of what happens without it, or "" if pages or training cannot do without.
    """

    module: str
    name: str
    used_by: str
    fallback: str = ""


ASGI, LIMITS, GUARD = "server/asgi.py", "server/access/limits.py", "server/request_guard.py"
CONNECTIONS, KERNELS = "server/process/connections.py", "fused/arithmetic.py"
MODELS = "networks/keras_models.py"
NAMES = (
    Name("streamlit.material_icon_names", "", ASGI, "server/test_patches.py: the_first_visitor_waits"),
    Name("streamlit.config", "set_option", "server/access/rules.py", "server/test_patches.py: without_a_way_to_set"),
    Name("streamlit.config", "is_manually_set", GUARD),
    Name("streamlit.proto.BackMsg_pb2", "BackMsg", GUARD),
    Name("streamlit.runtime", "exists", LIMITS),
    Name("streamlit.runtime", "get_instance", LIMITS),
    Name("streamlit.runtime", "Runtime.is_active_session", LIMITS),
    Name("streamlit.runtime", "Runtime.uploaded_file_mgr", LIMITS),
    Name("streamlit.runtime", "Runtime.state", "server/app.py"),
    Name("streamlit.runtime", "RuntimeState.ONE_OR_MORE_SESSIONS_CONNECTED", "server/app.py"),
    Name("streamlit.runtime.scriptrunner", "get_script_run_ctx", LIMITS),
    Name("streamlit.runtime.uploaded_file_manager", "UploadedFile", "dashboard/pages/reviews/upload.py"),
    Name("streamlit.components.v2.types", "ComponentRenderer", "dashboard/components.py"),
    Name("uvicorn", "Server", CONNECTIONS, "server/test_patches.py: the_log_says_what_is_lost"),
    Name(
        "numba.core.caching", "IndexDataCacheFile.save", "fused/machine_code.py", "test_machine_code.py: another_numba"
    ),
    Name("numba.core.cpu", "CPUTargetOptions.Mapping", KERNELS, "test_machine_code.py: without_that_option_loops"),
    Name("numba.core.compiler", "Flags.noalias", KERNELS, "test_machine_code.py: without_that_option_loops"),
    Name("numba.np.linalg", "check_blas_return", KERNELS, "test_machine_code.py: another_numba_multiplies"),
    Name("numba.core.cgutils", "get_or_insert_function", KERNELS),
    Name("numba.core.cgutils", "alloca_once_value", KERNELS),
    Name("numba.core.errors", "TypingError", "fused/cell_kernel.py"),
    Name(
        "keras.src.random.seed_generator",
        "python_random",
        "networks/keras_models.py",
        "test_keras_models.py: generator",
    ),
    Name("keras", "Model.compute_loss", "training/worker/callbacks.py"),
    Name("keras", "optimizers.Optimizer.apply", "training/worker/callbacks.py"),
)
INTERNAL = ("numba.core", "numba.np", "streamlit.components", "streamlit.proto", "streamlit.runtime")
"""Packages of which a library documents nothing, and which stand in the table name by name."""


@pytest.mark.parametrize("row", NAMES, ids=lambda row: f"{row.module}.{row.name}")
def test_a_library_has_what_it_does_not_promise_and_a_test_tells_what_is_lost_without_it(row: Name) -> None:
    value = importlib.import_module(row.module)
    for part in filter(None, row.name.split(".")):
        value = getattr(value, part)
    used = (PACKAGE / row.used_by).read_text("utf-8")
    assert (row.name or row.module).rpartition(".")[2] in used
    if row.fallback:
        file, _, test = row.fallback.partition(": ")
        [path] = [path for path in (PROJECT / "tests").rglob("test_*.py") if path.as_posix().endswith(file)]
        assert test in path.read_text("utf-8")


def test_no_module_takes_an_internal_name_that_the_table_lacks() -> None:
    listed = {(row.module, row.name.partition(".")[0]) for row in NAMES}
    taken = {name for path in PACKAGE.rglob("*.py") for name in _imported(ast.parse(path.read_text("utf-8")))}
    internal = {(module, name) for module, name in taken if module.startswith(INTERNAL)}
    modules = {module for module, _ in listed}
    assert {(module, name) for module, name in internal if f"{module}.{name}" not in modules} - listed == set()


def _imported(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.module, alias.name) for alias in node.names)
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
