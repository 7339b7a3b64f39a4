"""TypeScript's compiler, for tests of scripts and of what they are sent."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rnn_compare import browser

TYPES = Path(browser.__file__).parent / "messages.d.ts"
REQUIRE_VARIABLE = "RNN_COMPARE_REQUIRE_TSC"


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
    command = (compiler(), "--noEmit", "--strict", "--lib", "es2022", TYPES, folder / "sent.ts")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
