"""The one way in for a file: the presenter's, while his page shows the box for it, and bounded. A real server."""

import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from rnn_compare.dashboard.pages.reviews import upload
from rnn_compare.server.access import limits
from tests.kit.forger import Forger, cookies_of, press, type_in
from tests.kit.servers import Server
from tests.kit.waiting import PATIENCE

from .conftest import PASS

CONTENT = "text,label\n" + "A fine day,good\nRain again,bad\n" * 10


def form(content: bytes, name: str = "weather.csv") -> bytes:
    head = f'--frontier\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n--frontier--\r\n"


def session_of(visitor: Forger) -> str:
    [session] = {m.new_session.initialize.session_id for m in visitor.messages if m.WhichOneof("type") == "new_session"}
    return session


def send(server: Server, session: str, token: str, body: bytes, method: str = "PUT") -> int:
    headers = {
        "X_Xsrftoken": token,
        "Cookie": f"_streamlit_xsrf={token}",
        "Content_Type": "multipart/form-data; boundary=frontier",
    }
    return server.ask(method, f"/_stcore/upload_file/{session}/1", body, **headers)[0]


def has_box(visitor: Forger) -> bool:
    return any(element.WhichOneof("type") == "file_uploader" for element in visitor.elements())


def sign_in(visitor: Forger) -> None:
    visitor.rerun(page="reviews")
    box = visitor.widget("text_input", "Pass")
    until = time.monotonic() + PATIENCE
    while not has_box(visitor) and time.monotonic() < until:  # other tests have tried passes from this address as well
        visitor.rerun(type_in(box, PASS), press(visitor.button("Sign in")[0]), page="reviews")
        if "Too many attempts" in visitor.text():
            time.sleep(3)


def test_only_the_presenters_session_may_send_and_only_while_the_box_is_there(guarded: Server) -> None:
    cookies = cookies_of(guarded)
    token = cookies["_streamlit_xsrf"]
    with Forger(guarded, **cookies) as viewer, Forger(guarded, **cookies) as presenter:
        viewer.rerun(page="reviews")
        assert not has_box(viewer)
        assert send(guarded, session_of(viewer), token, form(CONTENT.encode())) == 405
        sign_in(presenter)
        assert has_box(presenter)
        session = session_of(presenter)
        assert send(guarded, session_of(viewer), token, form(CONTENT.encode())) == 405
        assert send(guarded, session, "", form(CONTENT.encode())) == 403  # forged: without the token
        assert send(guarded, session, token, form(CONTENT.encode())) == 204
        assert send(guarded, session, token, b"", "DELETE") == 204
        assert send(guarded, session, token, form(CONTENT.encode()), "POST") == 405
        for path in (f"/_stcore/upload_file/{session}/1/../2", f"/_stcore/upload_file/{session}", f"/x/{session}/1"):
            assert guarded.ask("PUT", path, form(b"x"))[0] == 405, path
        presenter.rerun(page="runs")
        assert send(guarded, session, token, form(CONTENT.encode())) == 405
    assert not list((guarded.cache / "texts").glob("*"))  # what no page took is kept nowhere


def test_too_much_is_refused_before_it_is_kept(guarded: Server) -> None:
    cookies = cookies_of(guarded)
    with Forger(guarded, **cookies) as presenter:
        sign_in(presenter)
        session, token = session_of(presenter), cookies["_streamlit_xsrf"]
        assert send(guarded, session, token, form(bytes(65 * 2**20))) == 413
        for _ in range(limits.UPLOADS_AT_ONCE - 1):
            assert send(guarded, session, token, form(b"x")) == 204
        assert send(guarded, session, token, form(b"x")) == 405  # until the page is drawn anew


def test_a_hall_without_a_pass_sends_nothing(hall: Server) -> None:
    cookies = cookies_of(hall)
    with Forger(hall, **cookies) as visitor:
        visitor.rerun(page="reviews")
        assert not has_box(visitor)
        assert "Uploads need a presenter's pass" in visitor.text().replace("\\'", "'")
        assert send(hall, session_of(visitor), cookies["_streamlit_xsrf"], form(CONTENT.encode())) == 405


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
    assert not gate.admits("PUT", "/_stcore/upload_file/first/1")
    assert gate.admits("PUT", "/_stcore/upload_file/second/1")
    deletions = [gate.admits("DELETE", "/_stcore/upload_file/second/1") for _ in range(limits.UPLOADS_AT_ONCE)]
    assert deletions == [True, True, False], "a deletion counts like an upload"


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.csv",
        "/etc/passwd",
        "..\\..\\evil.csv",
        ".",
        "..",
        "",
        "a\0b.csv",
        "x" * 300 + ".csv",
        "con\n.py",
        "~root.csv",
    ],
)
def test_a_file_is_kept_under_a_name_of_its_own_whatever_the_browser_calls_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Sent:
        def __init__(self) -> None:
            self.name = name

        def getvalue(self) -> bytes:
            return CONTENT.encode()

    monkeypatch.setenv("RNN_COMPARE_CACHE", str(tmp_path / "cache"))
    path = upload._stored(Sent()).path  # type: ignore[arg-type]  # all that it asks of an upload
    assert path.parent == tmp_path / "cache" / "texts"
    assert path.suffix == ".csv"
    assert path.read_text() == CONTENT
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]
