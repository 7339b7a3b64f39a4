import pytest

from rnn_compare.server.urls import page_url


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({"address": "127.0.0.1"}, "http://127.0.0.1:8501"),
        ({"address": "0.0.0.0"}, "http://localhost:8501"),
        ({"address": "::1", "sslCertFile": "certificate.pem"}, "https://[::1]:8501"),
        ({"address": "127.0.0.1", "baseUrlPath": "/course/"}, "http://127.0.0.1:8501/course"),
    ],
)
def test_a_browser_of_this_machine_is_sent_where_the_page_is(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, str], url: str
) -> None:
    found = {f"server.{name}": value for name, value in options.items()}
    monkeypatch.setattr("streamlit.get_option", ({"server.port": 8501} | found).get)
    assert page_url() == url
