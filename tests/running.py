"""A plugin of pytest: tells `python -m tests` which test runs, for the case that it hangs."""

import os
from pathlib import Path

FILE_VARIABLE = "RUNNING_TEST_FILE"
"""Names the file that holds the test's name."""


def pytest_runtest_logstart(nodeid: str) -> None:
    """Notes a test that begins."""
    Path(os.environ[FILE_VARIABLE]).write_text(nodeid, "utf-8")
