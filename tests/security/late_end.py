"""The dashboard where the end of a page's script takes ``LATE_SECONDS``, as it may while the event loop is busy."""

import os
import time
from functools import partial

import streamlit as st

from rnn_compare.server import asgi
from rnn_compare.server.app import current_app
from rnn_compare.server.process.turns import ScriptTurns


def _wait(self: ScriptTurns) -> None:  # noqa: ARG001  # it is a method of those
    time.sleep(float(os.environ["LATE_SECONDS"]))


if __name__ == "__main__":
    from rnn_compare.dashboard import site

    site.render()
elif __name__ != "__mp_main__" and "LATE_SECONDS" in os.environ:  # pytest looks for examples here
    ScriptTurns.wait_until_sent = _wait  # type: ignore[method-assign]  # as late as on a busy machine
    own = current_app()
    app = st.App(
        __file__,
        secrets=own.access.for_streamlit(),
        routes=asgi.routes(own),
        middleware=asgi.middleware(own),
        lifespan=partial(asgi.lifespan, own),
    )
