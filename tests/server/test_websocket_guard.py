"""Whose pages may open the websocket: this server's own, also behind a proxy, and those that its owner names."""

from collections.abc import Iterator

import pytest
from starlette.datastructures import Headers
from streamlit import config

from rnn_compare.server.request_guard import is_own_origin


@pytest.fixture(autouse=True)
def options() -> Iterator[None]:
    """Streamlit's options are as they were afterwards."""
    before = {name: config.get_option(name) for name in ("server.corsAllowedOrigins", "server.enableCORS")}
    yield
    for name, value in before.items():
        config.set_option(name, value)


@pytest.mark.parametrize(
    ("origin", "headers", "own"),
    [
        ("http://127.0.0.1:8501", {"Host": "127.0.0.1:8501"}, True),
        ("http://LOCALHOST:8501", {"Host": "localhost:8501"}, True),
        ("http://[::1]:8501", {"Host": "[::1]:8501"}, True),
        ("https://rnn.example", {"Host": "rnn.example"}, True),
        ("http://127.0.0.1:9999", {"Host": "127.0.0.1:8501"}, False),
        ("http://localhost:8501", {"Host": "127.0.0.1:8501"}, False),
        ("https://rnn.example", {"Host": "rnn.example:443"}, True),
        ("https://rnn.example:8443", {"Host": "rnn.example:8443"}, True),
        ("null", {"Host": "rnn.example"}, False),
        ("https://rnn.example:9999", {"Host": "rnn.example"}, False),
        ("https://rnn.example", {"Host": "127.0.0.1:8501", "X-Forwarded-Host": "rnn.example"}, True),
        ("https://rnn.example", {"Host": "inner", "X-Forwarded-Host": "rnn.example, inner"}, True),
        ("https://rnn.example:8443", {"Host": "rnn.example", "X-Forwarded-Port": "8443"}, True),
        ("https://rnn.example:9999", {"Host": "rnn.example", "X-Forwarded-Port": "8443"}, False),
        ("https://evil.example", {"Host": "rnn.example", "X-Forwarded-Host": "rnn.example"}, False),
        ("http://127.0.0.1.evil.example", {"Host": "127.0.0.1"}, False),
        *((origin, {"Host": "rnn.example"}, False) for origin in ("null", "file://", "http://[")),
    ],
)
def test_a_page_is_the_servers_own_if_host_and_port_are_those_that_its_browser_asked(
    origin: str, headers: dict[str, str], own: bool
) -> None:
    assert is_own_origin(Headers({"Origin": origin, **headers})) is own


def test_a_site_that_the_owner_names_may_connect_and_another_port_of_it_may_not() -> None:
    config.set_option("server.corsAllowedOrigins", ["https://course.example"])
    inner = {"Host": "127.0.0.1:8501"}
    assert is_own_origin(Headers(inner)), "who is no browser names no origin"
    assert is_own_origin(Headers({"Origin": "https://course.example", **inner}))
    assert not is_own_origin(Headers({"Origin": "https://course.example:9999", **inner}))
    config.set_option("server.enableCORS", False)
    assert is_own_origin(Headers({"Origin": "https://course.example:9999", **inner}))


def test_who_is_no_browser_names_no_origin_and_may_connect() -> None:
    assert is_own_origin(Headers({"Host": "127.0.0.1:8501"}))
