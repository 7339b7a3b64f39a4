"""The live board: its message of cards, curves and charts, and the address from which browsers fetch it.

Streamlit would run a page's script for each viewer's refresh, on the processor that trains. A message is made once for
all viewers; a fetched one has a few hundred bytes, or says that nothing changed.
"""

import asyncio
import gzip
import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlencode

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from rnn_compare.browser.curves import baseline_levels, curves_message, trail
from rnn_compare.charts.curves.curve_chart import CurveChart, all_charts, shown_charts
from rnn_compare.charts.palette import look
from rnn_compare.comparison.findings import Finding
from rnn_compare.comparison.groups import with_older_repeats
from rnn_compare.comparison.inference.accuracies import Judging
from rnn_compare.comparison.inference.intervals import Mean
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import MAX_COMPARED
from rnn_compare.formatting import listed
from rnn_compare.runs.estimate import NO_HISTORY, History
from rnn_compare.runs.record import Run
from rnn_compare.server import board_cards
from rnn_compare.server.assets import Packed, gzipped
from rnn_compare.server.known_baselines import BaselineResults
from rnn_compare.server.services import HIDDEN_NOTICE, Services, waits_for_reviews
from rnn_compare.server.snapshot import MAX_SHOWN, Snapshot, chosen, surplus
from rnn_compare.server.urls import FOLDER
from rnn_compare.sources import own_texts

PATH = f"{FOLDER}/live"
LONGEST_QUERY = 2000
SWITCHES = ("marks", "baselines", "gap")
HINT = "Press Train: the curves grow here"

MOST_OF_SEEDS = 800
"""Numbers of single seeds and bands in a message; above this, only every second, third, … epoch is sent."""


@dataclass(frozen=True)
class View:
    """A viewer's choice of charts and of their content.

    Attributes:
        marks: Whether to draw the lecture's 85 % and 89 %.
        baselines: Whether to draw baselines.
        gap: Whether to shade the gap between training and validation.
    """

    charts: tuple[str, ...] = field(default_factory=shown_charts)
    marks: bool = False
    baselines: bool = False
    gap: bool = False


def message(services: Services, names: Sequence[str], view: View, snapshot: Snapshot | None = None) -> dict[str, Any]:
    """Returns the board's message for a link's names (see ``snapshot``); it must not be changed."""
    of_runs = snapshot or services.snapshot()
    return of_runs.cached(("message", tuple(names), view), lambda snapshot: _build(services, snapshot, names, view))


def url(names: Sequence[str], view: View) -> str:
    """Returns the address of the board's message, relative to a page."""
    switches = {name: int(getattr(view, name)) for name in SWITCHES}
    return f"{PATH}?{urlencode({'show': ','.join(names), 'charts': ','.join(view.charts), **switches})}"


class LiveAnswers:
    """Answers to browsers that follow the board, made one at a time.

    Args:
        services: Returns the server's services; raises ``UserError`` if they cannot start.
        running: Returns them if they have started, without waiting.
    """

    def __init__(self, services: Callable[[], Services], running: Callable[[], Services | None]) -> None:
        self._services, self._running = services, running
        self._making = anyio.CapacityLimiter(1)
        self._under_way: dict[tuple[tuple[str, ...], View], asyncio.Task[Packed]] = {}

    async def answer(self, request: Request) -> Response:
        """Answers with the board's message as JSON, or with 304 if the browser has it."""
        if len(request.url.query) > LONGEST_QUERY:
            return Response("Too long.", status_code=414)
        names = [run for run in request.query_params.get("show", "").split(",") if run][:MAX_SHOWN]
        switches = {name: request.query_params.get(name) == "1" for name in SWITCHES}
        view = View(shown_charts(request.query_params.get("charts", "").split(",")), **switches)
        try:
            content, tag = await self._answer(tuple(names), view)
        except UserError as error:
            return Response(str(error), status_code=503)
        return await gzipped(request, content, tag, "application/json")

    async def _answer(self, names: tuple[str, ...], view: View) -> Packed:
        """Returns an answer from the cache, or makes it in a thread, once for all that wait."""
        services = self._running()
        if services and (fresh := services.valid_snapshot) and (content := fresh.get(("answer", names, view))):
            answer: Packed = content
            return answer
        task = self._under_way.get((names, view))
        if task is None:
            made = anyio.to_thread.run_sync(self._build_answer, names, view, limiter=self._making)
            task = self._under_way[names, view] = asyncio.ensure_future(made)
            task.add_done_callback(lambda _: self._under_way.pop((names, view)))
        return await asyncio.shield(task)

    def _build_answer(self, names: tuple[str, ...], view: View) -> Packed:
        services = self._services()

        def build(snapshot: Snapshot) -> Packed:
            content = json.dumps(message(services, names, view, snapshot), separators=(",", ":")).encode()
            tag = hashlib.blake2b(content, digest_size=8).hexdigest()
            return gzip.compress(content, compresslevel=1), f'"{tag}"'

        return services.snapshot().cached(("answer", names, view), build)


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
    judged: Mapping[str, tuple[Judging, Mean]] = {},
    waits: bool = False,
) -> dict[str, Any]:
    """Returns the board's message.

    Args:
        starts: Seconds until each queued run of the server starts, by id, the next first.
        hint: Text in the empty charts when there is no run.
        history: Timings of earlier runs, for runs without a finished epoch.
        baselines: Drawn across the charts that have them, with their remark beside these charts' titles.
        judged: The accuracies that the verdict compares, by the first run of each setting.
        waits: Whether the verdict on trainings that have ended waits for the texts to load.
    """
    waits = waits and all(run.status.ended for run in runs)
    groups = with_older_repeats(runs)
    charts = [all_charts()[name] for name in view.charts]
    colors = {run.id: look(group).color for group in groups for run in group.runs}
    epochs_of_seeds = sum(len(run.epochs) for group in groups if len(group.runs) > 1 for run in group.runs)
    every = max(1, math.ceil(len(charts) * epochs_of_seeds / MOST_OF_SEEDS))
    ranges = [_range(chart, runs) for chart in charts]
    levels = baseline_levels(baselines.baselines) if baselines and view.baselines else []
    parts = curves_message(groups, charts, ranges, every)
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
                "marks": [asdict(mark) for mark in chart.marks] if view.marks else [],
                "remark": baselines.remark if baselines and chart.has_baselines else "",
                "baselines": [asdict(line) for line in levels if chart.has_baselines and low <= line.at <= high],
            }
            for chart, declared, (low, high) in zip(charts, parts["charts"], ranges, strict=True)
        ],
        "gap": view.gap,
        "busy": any(not run.status.ended for run in runs),
        "epochs": max((run.experiment.epochs for run in runs), default=10),
        "hint": hint,
        "note": board_cards.note(groups, view.marks),
        "findings": [{"color": colors[finding.run], "text": finding.text} for finding in findings],
    }


def _range(chart: CurveChart, runs: Sequence[Run]) -> tuple[float, float]:
    points = [point.figures for run in runs for points in (run.epochs, trail(run)) for point in points]
    return chart.range([figures[name] for figures in points for name in chart.figures if name in figures])
