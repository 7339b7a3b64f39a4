"""Loading times of a page in a browser without a driver.

A browser that Playwright drives reports each of a hundred files that it loads, and reads Plotly three times more for
the places of its functions: a first page takes half as long again. So Chromium is started by itself here, an extension
looks for signs of the page in every frame, and Chromium records when they appeared.
"""

import contextlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.browser import ARGUMENTS, executable

_MANIFEST = {
    "manifest_version": 3,
    "name": "signs",
    "version": "1",
    "content_scripts": [{"matches": ["http://127.0.0.1/*"], "js": ["watch.js"], "run_at": "document_start"}],
}
_WATCH = """
const signs = new Map(Object.entries(SIGNS));
const look = () => {
  for (const [name, sign] of signs) {
    if (document.querySelector(sign)?.checkVisibility()) { performance.mark(name); signs.delete(name); }
  }
  if (signs.size) requestAnimationFrame(look);
};
look();
"""


def load(url: str, signs: Mapping[str, str], seconds: int) -> dict[str, float]:
    """Opens a page in a new browser with a new profile; returns when signs of it first appeared.

    Args:
        url: Its address, on this machine.
        signs: CSS selectors by name.
        seconds: Length of Chromium's recording.

    Returns:
        Seconds from the entry of the address, by name.
    """
    if executable().endswith("headless-shell"):
        raise SystemExit("An extension looks for the signs; chromium-headless-shell loads none. Install chromium.")
    with tempfile.TemporaryDirectory() as folder:
        extension, trace = Path(folder) / "extension", Path(folder) / "trace.json"
        extension.mkdir()
        (extension / "manifest.json").write_text(json.dumps(_MANIFEST))
        (extension / "watch.js").write_text(_WATCH.replace("SIGNS", json.dumps(signs)))
        command = [
            *(executable(), "--headless", "--window-size=1280,720", f"--user-data-dir={folder}/profile"),
            *(f"--load-extension={extension}", "--trace-startup=blink.user_timing", f"--trace-startup-file={trace}"),
            *("--trace-startup-format=json", f"--trace-startup-duration={seconds}", *ARGUMENTS, url),
        ]
        with _running(command) as browser:
            marks = _marks(_events(trace, browser, seconds), set(signs))
        shutil.rmtree(f"{folder}/profile", ignore_errors=True)  # its helpers may still write there
    if missing := set(signs) - set(marks):
        raise SystemExit(f"The page showed no sign of {', '.join(sorted(missing))} within {seconds} seconds.")
    return marks


@contextlib.contextmanager
def _running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield browser
    browser.terminate()
    browser.wait(30)


def _events(trace: Path, browser: subprocess.Popen[bytes], seconds: int) -> list[dict[str, Any]]:
    for _ in range(4 * seconds):
        with contextlib.suppress(subprocess.TimeoutExpired):
            browser.wait(1)
        with contextlib.suppress(OSError, json.JSONDecodeError):  # not there yet, or not all of it
            return list(json.loads(trace.read_text())["traceEvents"])
    raise SystemExit(f"Chromium wrote no trace within {4 * seconds} seconds.")


def _marks(events: list[dict[str, Any]], names: set[str]) -> dict[str, float]:
    start = max(
        event["ts"] for event in events if event["name"] == "navigationStart" and "http" in json.dumps(event["args"])
    )
    return {event["name"]: (event["ts"] - start) / 1e6 for event in events if event["name"] in names}
