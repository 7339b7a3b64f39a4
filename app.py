"""The dashboard: `streamlit run app.py`.

Streamlit imports this file once as the server, and runs it as a script for every visit of a page. A worker process
that is started after a visit runs it too, as ``__mp_main__``, and needs nothing of it.
"""

if __name__ == "__main__":
    from rnn_compare.dashboard import site

    site.render()
elif __name__ != "__mp_main__":
    from functools import partial

    import streamlit as st

    from rnn_compare.server import asgi
    from rnn_compare.server.app import current_app

    own = current_app()
    app = st.App(
        __file__,
        secrets=own.access.for_streamlit(),
        routes=asgi.routes(own),
        middleware=asgi.middleware(own),
        lifespan=partial(asgi.lifespan, own),
    )
