"""Widgets that are given a value: once, lest it be written over what the visitor chooses meanwhile."""

from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE


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


def _is_given(app: AppTest) -> bool:
    return bool(app.text_input(key="kept").proto.set_value)


def test_a_widget_is_given_its_value_once() -> None:
    app = AppTest.from_function(_pages, default_timeout=PATIENCE).run()
    assert (app.text_input(key="kept").value, _is_given(app)) == ("given", True)
    app.button[0].click().run()
    assert (app.text_input(key="kept").value, _is_given(app)) == ("given", False)


def test_what_the_visitor_types_is_not_written_over_by_the_same() -> None:
    app = AppTest.from_function(_pages, default_timeout=PATIENCE).run()
    app.text_input(key="kept").set_value("typed").run()
    assert (app.text_input(key="kept").value, _is_given(app)) == ("typed", False)


def test_another_page_is_given_what_the_visitor_typed() -> None:
    app = AppTest.from_function(_pages, default_timeout=PATIENCE).run()
    app.text_input(key="kept").set_value("typed").run()
    app.radio[0].set_value("two").run()
    assert (app.text_input(key="kept").value, _is_given(app)) == ("typed", True)


def test_a_page_that_did_not_get_to_its_end_counts_as_not_drawn() -> None:
    app = AppTest.from_function(_pages, default_timeout=PATIENCE).run()
    app.radio[0].set_value("broken").run()
    app.radio[0].set_value("one").run()
    assert (app.text_input(key="kept").value, _is_given(app)) == ("given", True)
