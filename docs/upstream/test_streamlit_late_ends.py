"""Fails with Streamlit 1.67.0: see streamlit_late_ends.md."""

import asyncio
import contextlib
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

APP = """
import threading, time
from pathlib import Path
import streamlit as st
from starlette.middleware import Middleware

def wait_for(file):
    while not Path(file).exists():
        time.sleep(0.01)

def busy(app):  # keeps the event loop busy from a tick's arrival until the script has ended
    async def middleware(scope, receive, send):
        async def late():
            if b"late&tick" in (message := await receive()).get("bytes", b""):
                Path("end").touch()
                wait_for("late")
            return message
        await app(scope, late, send)
    return middleware

if __name__ != "__main__":
    app = st.App(__file__, middleware=[Middleware(busy)])
else:
    page, script = st.query_params["page"], threading.current_thread()
    threading.Thread(target=lambda: (script.join(), Path(page).touch())).start()
    if page == "stopped":
        st.write(page)
    else:
        st.fragment(lambda: st.write("tick"), run_every=600)()
    if page != "next":
        wait_for("end")
    if page == "late":
        st.write("last element")
"""


async def run(page: ClientConnection, query: str, fragment: str = "", end: str = "script_finished") -> list[ForwardMsg]:
    """Runs the script or a fragment; returns the messages up to the end, or, of a fragment, until none comes."""
    request = BackMsg()
    request.rerun_script.query_string, request.rerun_script.fragment_id = query, fragment
    await page.send(request.SerializeToString())
    messages = [ForwardMsg()]
    with contextlib.suppress(TimeoutError):
        while messages[-1].WhichOneof("type") != end:
            answer = await asyncio.wait_for(page.recv(decode=False), 3 if fragment else 60)
            messages.append(ForwardMsg.FromString(answer))
    return messages


async def losses(port: int, folder: Path) -> list[str]:
    """Returns what a tick loses that comes before the loop knows of the run's end, and a stopped run that ends late."""
    lost, url, protocols = [], f"ws://127.0.0.1:{port}/_stcore/stream", [Subprotocol("streamlit")]
    async with connect(url, subprotocols=protocols) as page:
        fragment = (await run(page, "page=late", end="auto_rerun"))[-1].auto_rerun.fragment_id
        if "last element" not in str(await run(page, "page=late&tick", fragment)):
            lost.append("the last element of a run")
    (folder / "end").unlink()
    async with connect(url, subprotocols=protocols) as page:
        await run(page, "page=stopped", end="delta")
        [fragment] = [m.auto_rerun.fragment_id for m in await run(page, "page=next") if m.HasField("auto_rerun")]
        (folder / "end").touch()
        while not (folder / "stopped").exists():
            await asyncio.sleep(0.01)
        if (await run(page, "page=next", fragment))[-1].WhichOneof("type") != "script_finished":
            lost.append("the fragment of the next run")
    return lost


def test_a_run_that_ends_late_loses_nothing() -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "app.py").write_text(APP)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        options = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}"]
        command = [sys.executable, "-u", "-m", "streamlit", "run", "app.py", *options]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) as server:
            assert any(b"http" in line for line in server.stdout or ()), "the server did not start"
            try:
                lost = asyncio.run(asyncio.wait_for(losses(port, Path(folder)), 300))
            finally:
                server.terminate()
    assert lost == [], f"lost: {', '.join(lost)}"
