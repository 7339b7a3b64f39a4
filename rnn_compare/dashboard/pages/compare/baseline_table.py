"""What baselines reach, in numbers, and what that means: opened on demand."""

import streamlit as st

from rnn_compare.formatting import counted, duration, percent
from rnn_compare.server.known_baselines import Found, meaning


def show(found: Found) -> None:
    """Draws what opens it, which is always there, and what it holds by now."""
    with st.popover("Baselines in numbers", icon=":material/table_rows:"):
        if not found.baselines:
            st.markdown(found.said or "They are worked out once a network has finished an epoch.")
            return
        reviews = counted(len(found.baselines[0].correct), "held-out review")
        st.markdown(f"**Classifiers that know little or nothing of the order of words**, on {reviews}")
        st.table(
            [
                {
                    "Baseline": each.title,
                    "Validation": percent(each.val_accuracy),
                    "Test": "–" if each.test_accuracy is None else percent(each.test_accuracy),
                    "Terms": f"{each.features:,}",
                    "Time": duration(each.seconds),
                }
                for each in found.baselines
            ]
        )
        st.markdown(meaning(found.baselines))
        if found.said:
            st.markdown(found.said)
