"""Is it real? What every group reached by each measure, and what may be said of each pair."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from rnn_compare.comparison.accuracies import MEASURES
from rnn_compare.comparison.evidence import BEST, WHICH_IS_WHICH, Evidence, Result, results
from rnn_compare.comparison.groups import Group, groups
from rnn_compare.comparison.intervals import Mean
from rnn_compare.comparison.sentences import details, network_sentence, sentence
from rnn_compare.comparison.verdicts import Comparison, compare
from rnn_compare.formatting import counted, duration, percent
from rnn_compare.runs.record import Run
from rnn_compare.server.known_baselines import Found, meaning
from rnn_compare.server.services import Services

LATER = "The table of results stands here once a network has trained to its end."


def show(services: Services, shown: Sequence[Run]) -> None:
    """Draws the table and, below it, the sentences of all pairs with the numbers behind them."""
    found = groups(shown)
    with st.expander("Is it real? Results and the numbers behind them", icon=":material/balance:", key="results"):
        if not any(group.counted for group in found):
            st.caption(LATER)
            return
        told = services.concluded("results", services.snapshot(), shown, lambda: _results(services.evidence, found))
        st.html(told.table)
        st.caption(WHICH_IS_WHICH)
        if told.verdicts:
            st.html(told.verdicts)
        elif len(found) > 1 and not all(group.ended for group in found):
            st.caption(
                "Verdicts follow once all runs have ended: whoever looks after each sees a difference some time."
            )


@dataclass(frozen=True)
class _Told:
    """Both parts as HTML; no verdicts while there are none."""

    table: str
    verdicts: str


def _results(evidence: Evidence, found: Sequence[Group]) -> _Told:
    whole = [group for group in found if group.counted]
    pairs = compare(whole, evidence) if all(group.ended for group in found) else []
    return _Told(table(results(found, evidence)), "".join(map(verdict, pairs)))


def table(found: Sequence[Result]) -> str:
    """Returns the table of results as HTML."""
    heads = ("Network", "Seeds", BEST, *(measure.title for measure in MEASURES.values()), "Training")
    head = "".join(f"<th scope='col'>{escape(text)}</th>" for text in heads)
    rows = "".join(map(_row, found))
    # A phone shifts the table, and so may the keyboard.
    return f"<table class='rc-results' tabindex='0'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def verdict(found: Comparison) -> str:
    """Returns the sentence of a pair as HTML, with the numbers behind it to be opened."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in filter(None, (network_sentence(found), *details(found))))
    said = escape(sentence(found))
    return f"<details class='rc-verdict'><summary>{said}</summary><ul>{lines}</ul></details>"


def _row(found: Result) -> str:
    cells = (_seeds(found.group), *map(_mean, (found.best, *found.measured.values())))
    took = duration(found.seconds) if found.seconds is not None else "–"
    return (
        f"<tr><th scope='row'>{escape(found.group.name)}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}"
        f"<td>{took}</td></tr>"
    )


def _seeds(group: Group) -> str:
    whole, all_of_them = len(group.counted), len(group.runs)
    return f"{whole}" if whole == all_of_them else f"{whole} of {counted(all_of_them, 'seed')}"


def _mean(found: Mean | None) -> str:
    if found is None:
        return "–"
    margin = f" ± {100 * found.margin:.1f}" if found.margin is not None else ""
    return f"{100 * found.mean:.1f}{margin} %"


def show_baselines(found: Found) -> None:
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
