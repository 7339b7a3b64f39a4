"""What the server answers beside Streamlit's own pages, and what every request passes through."""

from starlette.middleware import Middleware
from starlette.routing import Route

from rnn_compare.dashboard.server import assets, news
from rnn_compare.dashboard.server.preload import Preload
from rnn_compare.dashboard.server.request_guard import RequestGuard

MIDDLEWARE = [Middleware(RequestGuard), Middleware(Preload)]
ROUTES = [Route(news.PATH, news.answer), Route(assets.PATH, assets.serve)]
