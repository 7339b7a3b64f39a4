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
import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from rnn_compare.charts.curves.curve_chart import CurveChart, all_charts, shown_charts
from rnn_compare.charts.palette import looks
from rnn_compare.comparison.findings import Finding
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.inference.accuracies import Measure
from rnn_compare.comparison.inference.intervals import Band, Mean, band
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import MAX_COMPARED
from rnn_compare.formatting import listed
from rnn_compare.runs.estimate import NO_HISTORY, History
from rnn_compare.runs.events import Progress
from rnn_compare.runs.record import Run
from rnn_compare.server import board_cards
from rnn_compare.server.known_baselines import BaselineResults, lines
from rnn_compare.server.packed_curves import Scale, packed
from rnn_compare.server.services import HIDDEN_NOTICE, Services
from rnn_compare.server.snapshot import MAX_SHOWN, Snapshot, chosen, surplus, with_older_repeats
from rnn_compare.server.urls import FOLDER
from rnn_compare.sources import own_texts

PATH = f"{FOLDER}/live"
LONGEST_QUERY = 2000
SWITCHES = ("marks", "baselines", "gap")
HINT = "Press Train: the curves grow here"

TRAIL = 24
"""Points of the running epoch in a message, including the newest."""
FIRST_BATCHES = 8
"""Batches of a later epoch that are not drawn."""
MOST_OF_SEEDS = 800
"""Numbers of single seeds and bands in a message; above this, only every second, third, … epoch is sent."""

_Answer = tuple[str, bytes]


@dataclass(frozen=True)
class View:
    """A viewer's choice of charts and of their content.

    Attributes:
        charts: Names of the charts.
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
        self._under_way: dict[tuple[tuple[str, ...], View], asyncio.Task[_Answer]] = {}

    async def answer(self, request: Request) -> Response:
        """Answers with the board's message as JSON, or with 304 if the browser has it."""
        if len(request.url.query) > LONGEST_QUERY:
            return Response("Too long.", status_code=414)
        names = [run for run in request.query_params.get("show", "").split(",") if run][:MAX_SHOWN]
        switches = {name: request.query_params.get(name) == "1" for name in SWITCHES}
        view = View(shown_charts(request.query_params.get("charts", "").split(",")), **switches)
        try:
            tag, content = await self._answer(tuple(names), view)
        except UserError as error:
            return Response(str(error), status_code=503)
        headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if request.headers.get("If-None-Match") == tag:
            return Response(status_code=304, headers=headers)
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            content = gzip.decompress(content)
        else:
            headers["Content-Encoding"] = "gzip"
        return Response(content, media_type="application/json", headers=headers)

    async def _answer(self, names: tuple[str, ...], view: View) -> _Answer:
        """Returns an answer's tag and content from the cache, or makes them in a thread, once for all that wait."""
        services = self._running()
        if services and (fresh := services.valid_snapshot) and (content := fresh.get(("answer", names, view))):
            answer: _Answer = content
            return answer
        task = self._under_way.get((names, view))
        if task is None:
            made = anyio.to_thread.run_sync(self._build_answer, names, view, limiter=self._making)
            task = self._under_way[names, view] = asyncio.ensure_future(made)
            task.add_done_callback(lambda _: self._under_way.pop((names, view)))
        return await asyncio.shield(task)

    def _build_answer(self, names: tuple[str, ...], view: View) -> _Answer:
        services = self._services()

        def build(snapshot: Snapshot) -> _Answer:
            content = json.dumps(message(services, names, view, snapshot), separators=(",", ":")).encode()
            tag = hashlib.blake2b(content, digest_size=8).hexdigest()
            return f'"{tag}"', gzip.compress(content, compresslevel=1)

        return services.snapshot().cached(("answer", names, view), build)


def _build(services: Services, snapshot: Snapshot, names: Sequence[str], view: View) -> dict[str, Any]:
    if snapshot.hides(names):
        return board_message([], {}, view, HIDDEN_NOTICE)
    runs = chosen(snapshot.charted, names)
    baselines = services.baselines.look_up(runs) if view.baselines else None
    findings, judged = services.findings(snapshot, runs), services.accuracies(snapshot, runs)
    starts = services.start_times(snapshot)
    texts = next(filter(None, map(own_texts.find_card, names)), None)
    hint = f"{texts.title}. {HINT}" if texts else HINT
    sent = board_message(runs, starts, view, hint, services.history(snapshot), findings, baselines, judged)
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
    judged: Mapping[str, tuple[Measure, Mean]] = {},
) -> dict[str, Any]:
    """Returns the board's message.

    Args:
        runs: The runs on the board.
        starts: Seconds until each queued run of the server starts, by id, the next first.
        view: The viewer's choice of charts.
        hint: Text in the empty charts when there is no run.
        history: Timings of earlier runs, for runs without a finished epoch.
        findings: Sentences about the curves.
        baselines: Drawn across the charts that have them, with their remark beside these charts' titles.
        judged: The accuracies that the verdict compares, by the first run of each setting.
    """
    groups = with_older_repeats(runs)
    charts = [all_charts()[name] for name in view.charts]
    styles = looks(group.experiment.cell for group in groups)
    colors = {run.id: look.color for group, look in zip(groups, styles, strict=True) for run in group.runs}
    epochs_of_seeds = sum(len(run.epochs) for group in groups if len(group.runs) > 1 for run in group.runs)
    every = max(1, math.ceil(len(charts) * epochs_of_seeds / MOST_OF_SEEDS))
    ranges = [_range(chart, runs) for chart in charts]
    scales: dict[str, Scale] = {}
    for chart, ends in zip(charts, ranges, strict=True):
        scales |= dict.fromkeys(chart.figures, Scale.of_axis(*ends, log=chart.log))
    return {
        "subject": board_cards.subject(runs),
        "replay": board_cards.replay_text(runs),
        "groups": [
            {
                "id": group.runs[0].id,
                "label": group.name,
                "color": look.color,
                "marker": look.marker,
                **board_cards.card(group, starts, history, judged.get(group.runs[0].id)),
                **curves(group, charts, scales, every),
            }
            for group, look in zip(groups, styles, strict=True)
        ],
        "charts": [
            _chart(chart, ends, scales[chart.validation], view, baselines, any(run.replayed for run in runs))
            for chart, ends in zip(charts, ranges, strict=True)
        ],
        "gap": view.gap,
        "busy": any(not run.status.ended for run in runs),
        "epochs": max((run.experiment.epochs for run in runs), default=10),
        "hint": hint,
        "note": board_cards.note(groups, view.marks),
        "findings": [{"color": colors[finding.run], "text": finding.text} for finding in findings],
    }


def _chart(
    chart: CurveChart,
    ends: tuple[float, float],
    scale: Scale,
    view: View,
    baselines: BaselineResults | None,
    replayed: bool,
) -> dict[str, Any]:
    """Returns a chart without its curves: its axis, marks and baselines."""
    results = baselines if chart.has_baselines else None
    levels = lines(results.baselines) if results and view.baselines else []
    return {
        **chart.declaration,
        "title": f"Replay: {chart.title}" if replayed else chart.title,
        "factor": chart.factor * scale.unit,
        "range": tuple(map(scale.scaled, ends)),
        "marks": [asdict(mark) for mark in chart.marks] if view.marks else [],
        "remark": results.remark if results else "",
        "baselines": [asdict(line) for line in levels if ends[0] <= line.at <= ends[1]],
    }


def _range(chart: CurveChart, runs: Sequence[Run]) -> tuple[float, float]:
    points = [point.figures for run in runs for points in (run.epochs, trail(run)) for point in points]
    return chart.range([figures[name] for figures in points for name in chart.figures if name in figures])


def curves(group: Group, charts: Sequence[CurveChart], scales: Mapping[str, Scale], every: int) -> dict[str, Any]:
    """Returns the curves of a card: ``figures`` per epoch by name, on their chart's scale.

    One run also has ``trail``, the points of its running epoch. For several seeds, ``figures`` are means over the seeds
    that have finished the epoch, and ``seeds`` holds their number (``counts``, a base-36 digit each), half the width of
    the mean's interval (``half``) and the single curves (``single``), the latter two for every ``every``-th epoch.
    """
    if len(group.runs) == 1:
        points = trail(group.runs[0])
        training = [chart.training for chart in charts if chart.training is not None]
        return {
            "figures": {name: scale.packed(_values(group.runs[0], name)) for name, scale in scales.items()},
            "trail": {
                "at": packed(point.batch / point.batches for point in points),
                "figures": {name: scales[name].packed(p.figures.get(name) for p in points) for name in training},
            },
        }
    means = {name: _mean(group, name) for name in scales}
    validation = {chart.validation: scales[chart.validation] for chart in charts}
    few = slice(every - 1, None, every)
    return {
        "figures": {name: scales[name].packed(mean.mean) for name, mean in means.items()},
        "seeds": {
            "counts": "".join(np.base_repr(count, 36) for count in group.finishers),
            "every": every,
            "half": {
                name: scale.packed(((means[name].high - means[name].low) / 2)[few])
                for name, scale in validation.items()
            },
            "single": {
                name: [scale.packed(_values(run, name)[few]) for run in group.runs if run.epochs]
                for name, scale in validation.items()
            },
        },
    }


def trail(run: Run) -> list[Progress]:
    """Returns the points of the running epoch that are drawn."""
    # A mean over one or two batches fluctuates; only in the first epoch is it better than nothing.
    points = [
        point
        for point in run.progress
        if point.phase == "training" and point.figures and (point.epoch == 1 or point.batch >= FIRST_BATCHES)
    ]
    step = -(-len(points) // TRAIL) or 1
    return points[::-1][::step][::-1]


def _values(run: Run, name: str) -> list[float | None]:
    return [epoch.figures.get(name) for epoch in run.epochs]


def _mean(group: Group, name: str) -> Band:
    """Returns the mean per epoch; empty for a figure that some epoch lacks, which would mix different seeds."""
    values = [_values(run, name) for run in group.runs if run.epochs]
    whole = [[value for value in curve if value is not None] for curve in values]
    return band(whole if [*map(len, whole)] == [*map(len, values)] else [])
