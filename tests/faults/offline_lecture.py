"""Gives the shipped lecture from its recording where there is no network at all and no worker lives.

``test_offline.py`` runs it in a network namespace of its own, in which the machine has nothing but itself.

It prints, as JSON, the titles that the wall and a phone came by, and the hosts that the two browsers asked.
"""

import contextlib
import fcntl
import json
import socket
import struct
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from playwright.sync_api import Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.conftest import serving
from tests.chromium import ARGUMENTS, PATIENCE

SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
ELSEWHERE = ("192.0.2.1", 80)  # an address for documentation


def main(cache: Path, chromium: str, steps: int) -> None:
    """Gives the lecture.

    Args:
        cache: The server's cache folder; the reviews are prepared, and no run is in it.
        chromium: Where the browser is.
        steps: How many of its steps.
    """
    _reach_nothing_but_this_machine()
    hosts: set[str] = set()
    with serving(cache) as server, sync_playwright() as playwright:
        threading.Thread(target=kill_whatever_it_starts, args=(server.process,), daemon=True).start()
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        wall, phone = (browser.new_context(reduced_motion="reduce").new_page() for _ in range(2))
        for page in (wall, phone):
            page.on("request", lambda request: hosts.update(_host(request.url)))
            page.on("websocket", lambda opened: hosts.update(_host(opened.url)))
        wall.goto(f"{server.url}/present")
        wall.get_by_role("button", name="Play recording").first.click(timeout=PATIENCE)
        phone.goto(f"{server.url}/join")
        titles: list[str] = []
        while True:
            wall.wait_for_timeout(500)  # whoever presents says something, and a part of the page may come late
            if (title := _title(wall)) not in titles:
                titles.append(title)
                expect(phone.get_by_role("heading", level=1)).to_have_text(title, timeout=PATIENCE)
            if _place(wall) == steps:
                break
            wall.locator(".rc-keys").first.wait_for(state="attached", timeout=PATIENCE)  # else nobody hears the key
            before = wall.locator(".stMain").inner_text()
            wall.keyboard.press("PageDown")
            try:
                wall.wait_for_function(
                    "before => document.querySelector('.stMain').innerText !== before", arg=before, timeout=PATIENCE
                )
            except PlaywrightTimeout:
                raise SystemExit(f"Page Down did nothing at {titles[-1]!r}: {before}") from None
        browser.close()
    print(json.dumps({"titles": titles, "hosts": sorted(hosts), "runs": len(server.store.runs())}))


def _reach_nothing_but_this_machine() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    try:
        socket.create_connection(ELSEWHERE, timeout=5).close()
    except TimeoutError:
        raise SystemExit("This is no namespace without a network.") from None
    except OSError:
        return
    raise SystemExit("There is a network.")


def kill_whatever_it_starts(server: psutil.Process) -> None:
    """Kills each worker of a server, and what starts workers, as long as the server lives."""
    with contextlib.suppress(psutil.NoSuchProcess):
        while True:
            for process in server.children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            time.sleep(0.2)


def _host(url: str) -> list[str]:
    # What lies in the page itself (``data:``, ``blob:``) is asked of nobody.
    host = urlsplit(url).hostname
    return [host] if host else []


def _title(wall: Page) -> str:
    return wall.get_by_role("heading", level=1).inner_text(timeout=PATIENCE)


def _place(wall: Page) -> int:
    return int(wall.locator(".rc-wall-foot").inner_text(timeout=PATIENCE).partition(" / ")[0].split()[-1])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
