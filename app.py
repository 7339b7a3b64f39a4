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

    from rnn_compare.server import routes
    from rnn_compare.server.app import current_app
    from rnn_compare.server.lifespan import lifespan

    own = current_app()
    app = st.App(
        __file__, routes=routes.routes(own), middleware=routes.middleware(own), lifespan=partial(lifespan, own)
    )
