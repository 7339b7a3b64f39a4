"""The dashboard: `streamlit run app.py`.

Streamlit imports this file once as the server, and runs it as a script for every visit of a page.
"""

import streamlit as st

from rnn_compare.dashboard import server, site

if __name__ == "__main__":
    site.render()
else:
    app = st.App(__file__, routes=server.ROUTES, middleware=server.MIDDLEWARE, lifespan=server.lifespan)
