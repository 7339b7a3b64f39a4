"""`rnn-compare page`: opens the page (for installations from a wheel)."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence

from rnn_compare.paths import page_script


def start(options: Sequence[str]) -> int:
    """Starts the server, which opens the browser; comes back when it has ended.

    Args:
        options: Streamlit's own, such as ``--server.address 0.0.0.0``.

    Returns:
        The server's exit code.
    """
    command = [sys.executable, "-m", "streamlit", "run", str(page_script()), *options]
    if os.name == "posix":
        os.execv(command[0], command)  # Ctrl-C and whoever ends this process then reach the server itself
    with subprocess.Popen(command) as server:
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # the server got it too, and has workers to end
                return server.wait()
