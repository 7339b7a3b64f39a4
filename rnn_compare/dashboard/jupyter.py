"""The entry of JupyterLab's launcher, by which `jupyter-server-proxy` starts the page and serves it."""

import sys
from pathlib import Path

from rnn_compare.paths import page_script
from rnn_compare.server.urls import JUPYTER_VARIABLE


def launcher() -> dict[str, object]:
    """Returns the command by which Jupyter starts the page, and the launcher's entry.

    Source: jupyter-server-proxy, "Starting and proxying a process"; found by the entry point
    ``jupyter_serverproxy_servers`` of pyproject.toml.
    """
    server = "localhost:{port}"
    return {
        "command": [
            *(sys.executable, "-m", "streamlit", "run", str(page_script())),
            *("--server.address", "127.0.0.1", "--server.port", "{port}", "--server.headless", "true"),
        ],
        "environment": {JUPYTER_VARIABLE: "1"},
        "timeout": 60,
        # The page accepts only its own machine's name; Jupyter has checked user and origin.
        "request_headers_override": {"Host": server, "Origin": f"http://{server}"},
        "launcher_entry": {
            "title": "RNN Compare",
            "icon_path": str(Path(__file__).parent / "assets" / "common" / "icon.svg"),
        },
    }
