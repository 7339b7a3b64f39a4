"""The live board's message: cards, curves, charts and findings, for all viewers of the same runs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rnn_compare.browser.curves import curves_message
from rnn_compare.charts.curves.curve_chart import all_charts, shown_charts
from rnn_compare.charts.palette import look
from rnn_compare.comparison.findings import Finding
from rnn_compare.comparison.groups import with_older_repeats
from rnn_compare.comparison.inference.accuracies import Judging
from rnn_compare.experiment_sets import MAX_COMPARED
from rnn_compare.formatting import listed
from rnn_compare.glossary import TERMS
from rnn_compare.runs.estimate import NO_HISTORY, History
from rnn_compare.runs.record import Run
from rnn_compare.services import board_cards
from rnn_compare.services.known_baselines import BaselineResults
from rnn_compare.services.services import HIDDEN_NOTICE, Services, waits_for_reviews
from rnn_compare.services.snapshot import Snapshot, chosen, surplus
from rnn_compare.sources import own_texts

HINT = "Press Train: the curves grow here"
MOST_OF_SEEDS = 800
"""Numbers of single seeds and bands in a message; above this, only every second, third, … epoch is sent."""


@dataclass(frozen=True)
class View:
    """A viewer's choice of charts and of their content.

    Attributes:
        baselines: Whether to draw baselines.
        gap: Whether to shade the gap between training and validation.
    """

    charts: tuple[str, ...] = field(default_factory=shown_charts)
    baselines: bool = False
    gap: bool = False


def message(services: Services, names: Sequence[str], view: View, snapshot: Snapshot | None = None) -> dict[str, Any]:
    """Returns the board's message for a link's names (see ``snapshot``); it must not be changed."""
    of_runs = snapshot or services.snapshot()
    return of_runs.cached(("message", tuple(names), view), lambda snapshot: _build(services, snapshot, names, view))


def _build(services: Services, snapshot: Snapshot, names: Sequence[str], view: View) -> dict[str, Any]:
    if snapshot.hides(names):
        return board_message([], {}, view, HIDDEN_NOTICE)
    runs = chosen(snapshot.charted, names)
    baselines = services.baselines.look_up(runs) if view.baselines else None
    findings, judged = services.findings(snapshot, runs), services.accuracies(snapshot, runs)
    starts, waits = services.start_times(snapshot), waits_for_reviews(runs)
    texts = next(filter(None, map(own_texts.find_card, names)), None)
    hint = f"{texts.title}. {HINT}" if texts else HINT
    sent = board_message(runs, starts, view, hint, services.history(snapshot), findings, baselines, judged, waits)
    if more := surplus(snapshot.charted, names):
        titles = listed(list(dict.fromkeys(run.title for run in more)))
        sent["note"] = f"{sent['note']} Not shown: {titles}; the charts have room for {MAX_COMPARED} networks.".lstrip()
    return sent


def board_message(
    runs: Sequence[Run],
    starts: Mapping[str, float],
    view: View = View(),
    hint: str = "",
    history: History = NO_HISTORY,
    findings: Sequence[Finding] = (),
    baselines: BaselineResults | None = None,
    judged: Mapping[str, tuple[Judging, Sequence[float]]] = {},
    waits: bool = False,
) -> dict[str, Any]:
    """Returns the board's message.

    Args:
        starts: Seconds until each queued run of the server starts, by id, the next first.
        hint: Text in the empty charts when there is no run.
        history: Timings of earlier runs, for runs without a finished epoch.
        baselines: Drawn across the charts that have them, with their remark beside these charts' titles.
        judged: The accuracies of networks that have ended, by the first run of each.
        waits: Whether these wait for the texts to load.
    """
    groups = with_older_repeats(runs)
    charts = [all_charts()[name] for name in view.charts]
    colors = {run.id: look(group).color for group in groups for run in group.runs}
    epochs_of_seeds = sum(len(run.epochs) for group in groups if len(group.runs) > 1 for run in group.runs)
    every = max(1, math.ceil(len(charts) * epochs_of_seeds / MOST_OF_SEEDS))
    parts = curves_message(groups, charts, baselines.baselines if baselines else (), every)
    return {
        "subject": board_cards.subject(runs),
        "replay": board_cards.replay_text(runs),
        "groups": [
            curves | board_cards.card(group, starts, history, judged.get(group.runs[0].id), waits)
            for group, curves in zip(groups, parts["groups"], strict=True)
        ],
        "charts": [
            {
                **declared,
                "title": f"Replay: {chart.title}" if any(run.replayed for run in runs) else chart.title,
                "remark": baselines.remark if baselines and chart.has_baselines else "",
            }
            for chart, declared in zip(charts, parts["charts"], strict=True)
        ],
        "gap": view.gap,
        "busy": any(not run.status.ended for run in runs),
        "epochs": max((run.experiment.epochs for run in runs), default=10),
        "hint": hint,
        "note": board_cards.note(groups),
        "findings": [
            {"color": colors[finding.run], "text": finding.text, "help": TERMS.get(finding.term, "")}
            for finding in findings
        ],
    }
