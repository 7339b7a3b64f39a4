"""Widgets that are given a value: once, lest it be written over what the visitor chooses meanwhile."""

from streamlit.testing.v1 import AppTest

from tests.kit.waiting import PATIENCE


def _pages() -> None:
    import streamlit as st

    from rnn_compare.dashboard.widgets import url_state

    page = st.radio("page", ["one", "two", "broken"])
    with url_state.drawing(page):
        if page == "broken":
            st.stop()
        url_state.set_value("kept", st.session_state.get("kept", "given"))
        st.text_input("kept", key="kept", help=page)  # another help, another widget
        st.button("again")


def _value(app: AppTest) -> tuple[object, bool]:
    widget = app.text_input(key="kept")
    return widget.value, bool(widget.proto.set_value)


def test_a_widget_is_given_its_value_once_and_what_the_visitor_types_goes_to_another_page() -> None:
    app = AppTest.from_function(_pages, default_timeout=PATIENCE).run()
    assert _value(app) == ("given", True)
    assert _value(app.button[0].click().run()) == ("given", False)
    app.text_input(key="kept").set_value("typed").run()
    assert _value(app) == ("typed", False)
    assert _value(app.radio[0].set_value("two").run()) == ("typed", True)
    app.radio[0].set_value("broken").run()
    assert _value(app.radio[0].set_value("two").run()) == ("typed", True), "what did not get to its end is not drawn"
