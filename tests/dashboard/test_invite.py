import pytest
import segno
from streamlit.testing.v1 import AppTest

from rnn_compare.dashboard.widgets import invite
from rnn_compare.dashboard.widgets.invite import code
from rnn_compare.server.app import current_app
from tests.kit.pages import html
from tests.kit.waiting import PATIENCE

pytestmark = pytest.mark.usefixtures("services")
SCRIPT = """
if __name__ == '__main__':
    import streamlit as st
    from rnn_compare.dashboard.widgets import invite
    invite.button()
    invite.show_dialog(st.toggle("changed"))
"""


def test_the_code_holds_the_address_and_nothing_else_of_the_page() -> None:
    svg = code("http://10.1.2.3:8501/try")
    assert svg.startswith("<svg")
    modules = segno.make("http://10.1.2.3:8501/try", micro=False, error="m").symbol_size(border=4)
    assert f'viewBox="0 0 {modules[0]} {modules[1]}"' in svg


def listen(monkeypatch: pytest.MonkeyPatch, address: str, own: str | None = "10.1.2.3") -> None:
    """Has the server listen at an address of a machine that has another in its network, or none."""
    options = {"server.address": address, "server.port": 8501, "secrets.files": []}
    monkeypatch.setattr("streamlit.get_option", options.get)
    monkeypatch.setattr(invite, "own_address", lambda: own)


def opened() -> AppTest:
    app = AppTest.from_string(SCRIPT, default_timeout=PATIENCE).run()
    return app.button[0].click().run()


@pytest.mark.parametrize(
    ("address", "own", "sentence"),
    [("127.0.0.1", "10.1.2.3", "--server.address 0.0.0.0"), ("0.0.0.0", None, "offline")],
)
def test_a_page_that_nobody_else_can_open_says_why(
    monkeypatch: pytest.MonkeyPatch, address: str, own: str | None, sentence: str
) -> None:
    listen(monkeypatch, address, own)
    assert sentence in opened().info[0].value


def test_the_code_leads_to_the_page_for_phones_and_stays_open_until_the_page_behind_it_is_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listen(monkeypatch, "0.0.0.0")
    [places] = opened().radio
    assert places.value == "Watch the training"
    current_app().classroom().begin("gates")
    app = opened()
    assert app.radio[0].options == ["Join the lecture", *places.options[1:]]
    for shown in (app, app.run()):
        assert "http://10.1.2.3:8501/join<" in html(shown), "also when a training has the page drawn anew"
    assert not app.toggle[0].set_value(True).run().radio
