"""Routes beside Streamlit's own pages, and the middleware of every request."""

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from rnn_compare.server.app import App
from rnn_compare.server.board import live
from rnn_compare.server.files import assets
from rnn_compare.server.files.preload import Preload
from rnn_compare.server.files.streamlit_files import StreamlitFiles
from rnn_compare.server.middleware.request_guard import RequestGuard
from rnn_compare.server.urls import base_path


def middleware(app: App) -> list[Middleware]:
    """Returns what every request goes through, the outermost first."""
    return [Middleware(RequestGuard, app), Middleware(StreamlitFiles), Middleware(Preload)]


def routes(app: App) -> list[Route]:
    """Returns the addresses that are this program's own; Streamlit adds no base path to them."""
    pages = ((live.PATH, app.live.answer), (assets.PATH, assets.serve), *app.phones.pages)
    return [
        Route(f"{base_path()}/compare", _to_the_first_page),
        *(Route(f"{base_path()}/{path}", answer) for path, answer in pages),
        *(Route(f"{base_path()}/{path}", take, methods=["POST"]) for path, take in app.phones.posts),
    ]


async def _to_the_first_page(request: Request) -> RedirectResponse:
    """Sends on whoever types what the menu calls Compare: Streamlit knows its first page by ``/`` alone."""
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")
