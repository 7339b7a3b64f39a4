import pytest

from rnn_compare.server.urls import address, is_loopback, own_address, page_url

HERE = "http://localhost:8501/"


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({"address": "127.0.0.1"}, "http://127.0.0.1:8501"),
        *(({"address": every}, "http://localhost:8501") for every in ("", "0.0.0.0")),
        ({"address": "::1", "sslCertFile": "certificate.pem"}, "https://[::1]:8501"),
        ({"address": "127.0.0.1", "baseUrlPath": "/course/"}, "http://127.0.0.1:8501/course"),
    ],
)
def test_a_browser_of_this_machine_is_sent_where_the_page_is(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, str], url: str
) -> None:
    settings = {f"server.{name}": value for name, value in options.items()}
    monkeypatch.setattr("streamlit.get_option", ({"server.port": 8501} | settings).get)
    assert page_url() == url


@pytest.mark.parametrize(
    ("seen", "listens_on", "own", "expected"),
    [
        *((HERE, every, "10.1.2.3", "http://10.1.2.3:8501") for every in ("", "0.0.0.0")),
        (f"{HERE}course/", "0.0.0.0", "10.1.2.3", "http://10.1.2.3:8501/course"),
        (HERE, "192.168.0.7", "10.1.2.3", "http://192.168.0.7:8501"),
        (HERE, "::", "fd00::7", "http://[fd00::7]:8501"),
        ("http://10.1.2.3:8501/", "0.0.0.0", None, "http://10.1.2.3:8501"),
        ("https://rnn.example/", "127.0.0.1", None, "https://rnn.example"),
        *((HERE, itself, "10.1.2.3", None) for itself in ("127.0.0.1", "localhost")),
        (HERE, "0.0.0.0", None, None),
    ],
)
def test_the_address_is_the_one_that_others_can_reach_if_there_is_one(
    seen: str, listens_on: str, own: str | None, expected: str | None
) -> None:
    assert address(seen, listens_on, 8501, secure=False, own=own) == expected
    assert address(HERE, "0.0.0.0", 8501, secure=True, own="10.1.2.3") == "https://10.1.2.3:8501"


def test_this_machines_own_address_is_one_that_others_could_use() -> None:
    assert not is_loopback(own_address() or "10.1.2.3")
