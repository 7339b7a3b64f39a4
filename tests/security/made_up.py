"""What hypothesis makes up for the tests that send anything to everything: requests and messages of widgets."""

import json
from urllib.parse import quote

from hypothesis import strategies as st
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.WidgetStates_pb2 import WidgetState

from .hostile import HOSTILE

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW"]
BODILESS = ("GET", "HEAD")
VISIBLE = st.characters(min_codepoint=33, max_codepoint=126)
NAMES = ["..", ".", "%2e%2e", "..%2f", "%00", "%", "%ff", "a.js", "board.js", "join.html", "app.py", "*", "a" * 3000]
SEGMENT = st.one_of(
    st.sampled_from(NAMES),
    st.text(VISIBLE, max_size=20).map(lambda text: text.translate({ord(sign): None for sign in "?#/"})),
    st.text(max_size=10).map(quote),
)
VALUE = st.text(max_size=20) | st.sampled_from([*HOSTILE.values(), ",,,", "https://evil.example"])
PARAMETERS = ["show", "charts", "marks", "baselines", "gap", "at", "code", "state", "error", "provider"]
QUERY = st.lists(st.tuples(st.sampled_from(PARAMETERS) | st.text(max_size=8), VALUE), max_size=3).map(
    lambda pairs: "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
) | st.text(VISIBLE.filter(lambda sign: sign != "#"), max_size=30)

LINE = st.text(st.characters(min_codepoint=32, max_codepoint=255, blacklist_characters="\x7f"), max_size=60)
COOKIES = ["rnn_compare_visitor", "rnn_compare_presenter", "x"]
COOKIES += ["_streamlit_xsrf", "_streamlit_user", "_streamlit_session"]
PLAIN = ["If-None-Match", "If-Modified-Since", "If-Range", "Authorization", "X-Xsrftoken"]
PLAIN += ["X-Forwarded-For", "X-Forwarded-Proto"]
HEADERS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(PLAIN, LINE)
    | {
        "Cookie": st.tuples(st.sampled_from(COOKIES), LINE | st.just("a" * 32)).map("=".join) | LINE,
        "Origin": st.sampled_from(["null", "https://evil.example", "http://127.0.0.1"]) | LINE,
        "Host": st.sampled_from(["localhost", "[::1]", "evil.example", "127.0.0.1:x", ""]) | LINE,
        "Content-Type": st.sampled_from(["application/json", "multipart/form-data; boundary=x", "text/html"]) | LINE,
        "Accept-Encoding": st.sampled_from(["gzip", "br;q=x", "*"]) | LINE,
        "Range": st.sampled_from(["bytes=0-", "bytes=5-1", "bytes=-9999999999", "bytes=0-1,2-3", "lines=1"]) | LINE,
        "Sec-Fetch-Site": st.sampled_from(["same-origin", "cross-site"]) | LINE,
        "X-Sign-In": st.sampled_from([f"{2**33}.{'0' * 64}", "9" * 5000]) | LINE,
    },
)
HANDSHAKE = st.fixed_dictionaries(
    {"Upgrade": st.just("websocket") | LINE, "Connection": st.sampled_from(["Upgrade", "keep-alive", "close"]) | LINE},
    optional={
        "Sec-WebSocket-Key": st.just("x3JJHMbDL1EzLkh9GBhXDw==") | LINE,
        "Sec-WebSocket-Version": st.just("13") | LINE,
        "Sec-WebSocket-Protocol": st.sampled_from(["streamlit", "streamlit, x"]) | LINE,
    },
)
"""Of GET alone: to any other method that asks for it uvicorn says nothing at all."""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | VALUE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
BODY = st.none() | st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()) | st.just(b"x" * 20_000)

NUMBER = st.integers(-(2**53), 2**53)
REAL = st.floats(-1e9, 1e9) | st.sampled_from([0.0, -1.0, 1e9])
EVENT = st.sampled_from(["presses", "stop", "resume", "colouring", "x"])
PRESS = st.lists(st.tuples(JSON, st.sampled_from(["next", "back", "leave", "x"]) | JSON), max_size=3)
ROWS = st.lists(st.integers(-3, 5) | JSON, max_size=4)
KINDS: dict[str, st.SearchStrategy[object]] = {
    "trigger_value": st.just(True),
    "bool_value": st.booleans(),
    "double_value": REAL,
    "int_value": NUMBER,
    "string_value": VALUE | JSON.map(json.dumps),
    "selection": st.fixed_dictionaries({"selection": st.fixed_dictionaries({"rows": ROWS})}).map(json.dumps),
    "double_array_value": st.lists(REAL, max_size=4),
    "int_array_value": st.lists(NUMBER, max_size=4),
    "string_array_value": st.lists(VALUE, max_size=4),
    "file_uploader_state_value": st.lists(st.builds(UploadedFileInfo, file_id=VALUE, name=VALUE), max_size=2),
    "json_value": st.dictionaries(EVENT | st.text(max_size=8), JSON, max_size=3).map(json.dumps),
    "json_trigger_value": st.lists(st.fixed_dictionaries({"event": EVENT, "value": JSON | PRESS}), max_size=3).map(
        json.dumps
    ),
}
"""What a browser can say of a widget, by Streamlit's name for the kind. Each has the form that Streamlit itself reads:
another one ends that browser's own session's run, before this program sees anything of it."""


SAID = st.lists(st.tuples(st.integers(0, 10**6), st.fixed_dictionaries(KINDS)), min_size=1, max_size=4)
"""Places of widgets, and what is said of each, whatever its kind turns out to be."""


def widget_state(widget: str, kind: str, value: object) -> WidgetState:
    state = WidgetState(id=widget)
    kind = "string_value" if kind == "selection" else kind
    if isinstance(value, list):
        field = getattr(state, kind)
        field.SetInParent()
        (field.uploaded_file_info if kind == "file_uploader_state_value" else field.data).extend(value)
    else:
        setattr(state, kind, value)
    return state
