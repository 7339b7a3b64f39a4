"""Permission to lead a lecture, by a request: for the presenter or, without a pass, on the server's own machine.

Everyone may train without a pass, but not reveal: a class could look before it predicts.
"""

from starlette.requests import HTTPConnection

from rnn_compare.server.access import cookies
from rnn_compare.server.access.rules import Access
from rnn_compare.server.urls import is_loopback

OPEN = (
    "No presenter's pass is set: anyone who opens the page can train and delete; only the machine that runs the "
    "program can present. To change that, write two lines into `.streamlit/secrets.toml`, `[presenter]` and "
    '`password = "at least eight characters"`, and restart.'
)
REFUSAL = "Only the presenter can do this. Sign in under Present."


def why_not(request: HTTPConnection, access: Access) -> str:
    """Returns why who sent a request may not lead a lecture, in a sentence; "" if they may."""
    rule = access.rule()
    if rule.problem:
        return rule.problem
    if rule.open:
        return "" if request.client is None or is_loopback(request.client.host) else OPEN
    browser = cookies.browser_id(request.cookies.get(cookies.NAME))
    token = request.cookies.get(cookies.PRESENTER)
    is_signed_in = browser and token and cookies.sign_in_expiry(token, browser, rule.secret)
    return "" if is_signed_in else REFUSAL
