"""Fails with Streamlit 1.67.0: see streamlit_keras.md."""

import sys
from types import ModuleType, SimpleNamespace
from unittest.mock import patch

from streamlit.testing.v1 import AppTest


def test_a_script_that_does_not_use_keras_leaves_its_session_alone() -> None:
    cleared: list[str] = []
    keras = ModuleType("keras")
    vars(keras)["backend"] = SimpleNamespace(clear_session=lambda: cleared.append("session"))
    with patch.dict(sys.modules, keras=keras):
        AppTest.from_string("import streamlit as st; st.write('Hello')").run()
    assert cleared == [], "the script's end cleared the session of all Keras models in this process"
