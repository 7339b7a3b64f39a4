"""Where a class finds the page, and what it is shown of that."""

import pytest
import segno
from streamlit.testing.v1 import AppTest

from rnn_compare.dashboard.widgets import invite
from rnn_compare.dashboard.widgets.invite import code
from rnn_compare.server.urls import address, is_loopback, own_address
from tests.patience import PATIENCE

HERE = "http://localhost:8501/"
SCRIPT = "if __name__ == '__main__':\n    from rnn_compare.dashboard.widgets import invite\n    invite.entry()"


@pytest.mark.parametrize(
    ("seen", "listens_on", "own", "expected"),
    [
        (HERE, "0.0.0.0", "10.1.2.3", "http://10.1.2.3:8501"),
        (HERE, "", "10.1.2.3", "http://10.1.2.3:8501"),
        (f"{HERE}course/", "0.0.0.0", "10.1.2.3", "http://10.1.2.3:8501/course"),
        (HERE, "192.168.0.7", "10.1.2.3", "http://192.168.0.7:8501"),
        (HERE, "::", "fd00::7", "http://[fd00::7]:8501"),
        ("http://10.1.2.3:8501/", "0.0.0.0", None, "http://10.1.2.3:8501"),
        ("https://rnn.example/", "127.0.0.1", None, "https://rnn.example"),
        ("", "0.0.0.0", "10.1.2.3", "http://10.1.2.3:8501"),
    ],
)
def test_the_address_is_the_one_that_others_can_reach(
    seen: str, listens_on: str, own: str | None, expected: str
) -> None:
    assert address(seen, listens_on, 8501, secure=False, own=own) == expected


def test_a_server_with_a_certificate_is_reached_by_https() -> None:
    assert address(HERE, "0.0.0.0", 8501, secure=True, own="10.1.2.3") == "https://10.1.2.3:8501"


@pytest.mark.parametrize(("listens_on", "own"), [("127.0.0.1", "10.1.2.3"), ("localhost", None), ("0.0.0.0", None)])
def test_where_nobody_else_can_come_in_there_is_no_address(listens_on: str, own: str | None) -> None:
    assert address(HERE, listens_on, 8501, secure=False, own=own) is None


def test_this_machines_own_address_is_one_that_others_could_use() -> None:
    own = own_address()
    assert own is None or not is_loopback(own)


def test_the_code_holds_the_address_and_nothing_else_of_the_page() -> None:
    drawn = code("http://10.1.2.3:8501/try")
    assert drawn.startswith("<svg")
    modules = segno.make("http://10.1.2.3:8501/try", micro=False, error="m").symbol_size(border=4)
    assert f'viewBox="0 0 {modules[0]} {modules[1]}"' in drawn


def opened(monkeypatch: pytest.MonkeyPatch, own: str | None) -> AppTest:
    monkeypatch.setattr(invite, "own_address", lambda: own)
    app = AppTest.from_string(SCRIPT, default_timeout=PATIENCE).run()
    return app.button[0].click().run()


def test_a_page_that_is_open_to_this_machine_only_says_how_to_open_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.get_option", {"server.address": "127.0.0.1", "server.port": 8501}.get)
    app = opened(monkeypatch, "10.1.2.3")
    assert not app.exception
    assert "--server.address 0.0.0.0" in app.info[0].value


def test_a_machine_in_no_network_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.get_option", {"server.address": "0.0.0.0", "server.port": 8501}.get)
    assert "offline" in opened(monkeypatch, None).info[0].value


def test_the_window_stays_open_when_a_training_has_the_page_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.get_option", {"server.address": "0.0.0.0", "server.port": 8501}.get)
    app = opened(monkeypatch, "10.1.2.3")
    assert "http://10.1.2.3:8501/" in app.get("html")[0].proto.body
    app.run()
    assert "http://10.1.2.3:8501/" in app.get("html")[0].proto.body
    assert not app.exception


def test_whoever_has_changed_the_page_behind_the_window_has_closed_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.get_option", {"server.address": "127.0.0.1", "server.port": 8501}.get)

    def script() -> None:
        import streamlit as st

        from rnn_compare.dashboard.widgets import invite

        invite.entry(st.toggle("changed", key="changed"))

    app = AppTest.from_function(script, default_timeout=PATIENCE).run()
    app.button[0].click().run()
    assert app.info
    app.toggle[0].set_value(True).run()
    assert not app.info
