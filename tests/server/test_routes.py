import asyncio

from starlette.requests import Request

from rnn_compare.server.app import App
from rnn_compare.server.asgi import routes


def test_whoever_types_the_first_pages_name_comes_to_it_with_all_settings() -> None:
    [compare] = [route for route in routes(App()) if route.path == "/compare"]
    for query, address in ((b"", "./"), (b"units=16&cell=LSTM", "./?units=16&cell=LSTM")):
        request = Request({"type": "http", "method": "GET", "path": "/compare", "query_string": query, "headers": []})
        assert asyncio.run(compare.endpoint(request)).headers["location"] == address
