"""The one way in for a file: the presenter's, while his page shows the box for it, and bounded. A real server."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rnn_compare.dashboard.pages.reviews import upload
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.server.access import limits
from tests.kit.forger import Forger, cookies_of, signed_in
from tests.kit.pages import go_to, seen, visit
from tests.kit.servers import Server

from .conftest import PASS

CONTENT = b"text,label\n" + b"A fine day,good\nRain again,bad\n" * 10
NAMES = ["../../evil.csv", "/etc/passwd", "..\\..\\evil.csv", ".", "", "a\0b.csv", "con\n.py", "~root.csv"]
NAMES += ["x" * 300 + ".csv"]


def form(content: bytes) -> bytes:
    head = b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="weather.csv"\r\n\r\n'
    return head + content + b"\r\n--frontier--\r\n"


def send(server: Server, visitor: Forger, token: str, content: bytes = CONTENT, method: str = "PUT") -> int:
    [session] = {m.new_session.initialize.session_id for m in visitor.messages if m.WhichOneof("type") == "new_session"}
    headers = {
        "X_Xsrftoken": token,
        "Cookie": f"_streamlit_xsrf={token}",
        "Content_Type": "multipart/form-data; boundary=frontier",
    }
    return server.ask(method, f"/_stcore/upload_file/{session}/1", form(content), **headers)[0]


def has_box(visitor: Forger) -> bool:
    return any(element.WhichOneof("type") == "file_uploader" for element in visitor.elements())


def test_only_the_presenters_session_may_send_and_only_while_the_box_is_there_and_not_too_much(
    guarded: Server,
) -> None:
    cookies, others = signed_in(guarded, PASS), cookies_of(guarded)
    token = cookies["_streamlit_xsrf"]
    with Forger(guarded, **others) as viewer, Forger(guarded, **cookies) as presenter:
        for visitor in (viewer, presenter):
            visitor.rerun(page="reviews")
        assert (has_box(viewer), has_box(presenter)) == (False, True)
        assert send(guarded, viewer, others["_streamlit_xsrf"]) == 405
        assert send(guarded, presenter, "") == 403, "forged: without the token"
        assert send(guarded, presenter, token, method="POST") == 405
        assert send(guarded, presenter, token, bytes(65 * 2**20)) == 413
        assert send(guarded, presenter, token) == 204
        assert send(guarded, presenter, token) == 405, "until the page is drawn anew"
        presenter.rerun(page="reviews")
        assert send(guarded, presenter, token, method="DELETE") == 204
        presenter.rerun(page="runs")
        assert send(guarded, presenter, token) == 405
    assert not list((guarded.cache / "texts").glob("*")), "what no page took is kept nowhere"


@pytest.mark.usefixtures("services")
def test_a_hall_without_a_pass_has_no_box(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "for_this_machine_only", lambda: False)
    app = go_to(visit(), "reviews")
    assert not app.get("file_uploader")
    assert "Uploads need a presenter's pass here" in seen(app)


def test_a_session_that_left_with_its_box_open_is_forgotten_once_another_opens_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there, gate = {"first", "second"}, limits.UploadGate()
    server = SimpleNamespace(is_active_session=there.__contains__)  # all that the gate asks of Streamlit's
    monkeypatch.setattr(limits, "runtime", SimpleNamespace(exists=lambda: True, get_instance=lambda: server))
    for session in ("first", "second"):
        monkeypatch.setattr(limits, "_session", lambda session=session: session)
        gate.open_for_this_session()
    assert gate.admits("PUT", "/_stcore/upload_file/first/1"), "it is there"
    there.remove("first")
    gate.open_for_this_session()
    admitted = [gate.admits("DELETE", f"/_stcore/upload_file/{session}/1") for session in ("first", *["second"] * 4)]
    assert admitted == [False, True, True, True, False], "a deletion counts like an upload"
    gate.open_for_this_session()
    for path in ("/_stcore/upload_file/second/1/../2", "/_stcore/upload_file/second", "/x/second/1"):
        assert not gate.admits("PUT", path)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_kept_under_a_name_of_its_own_whatever_the_browser_calls_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    sent: Any = SimpleNamespace(name=name, getvalue=lambda: CONTENT)  # all that it asks of an upload
    path = upload._stored(sent).path
    assert path.parent == tmp_path / "cache" / "texts"
    assert path.suffix == ".csv"
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]
    assert path.read_bytes() == CONTENT
