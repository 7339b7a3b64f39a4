"""TypeScript's compiler, for tests of scripts and of what they are sent."""

import os
import shutil

import pytest

REQUIRE_VARIABLE = "RNN_COMPARE_REQUIRE_TSC"


def compiler() -> str:
    """Returns the command; without one, skips the test, or fails it where it is required."""
    if command := shutil.which("tsc"):
        return command
    sentence = "TypeScript was not found. Install it (Debian: node-typescript)."
    if os.environ.get(REQUIRE_VARIABLE):
        pytest.fail(sentence)
    pytest.skip(sentence)
