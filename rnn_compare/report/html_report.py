"""A report as one HTML file that needs no network: networks that read, charts, verdicts, tables, runs as data."""

import base64
import contextlib
import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from rnn_compare import browser
from rnn_compare.browser.curves import baseline_levels, curves_message
from rnn_compare.browser.joining import joined
from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.charts.curves.curve_chart import CurveChart, all_charts
from rnn_compare.charts.palette import CSS
from rnn_compare.comparison.baselines import NOTE, baseline_table
from rnn_compare.comparison.inference.accuracies import MEASURES
from rnn_compare.comparison.inference.judgement import Pair
from rnn_compare.comparison.inference.wording import details, result, sentence
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import counted
from rnn_compare.paths import repository
from rnn_compare.report import html_tables
from rnn_compare.report.class_dots import class_section
from rnn_compare.report.contents import Contents
from rnn_compare.report.lesson import lesson, lesson_settings, quiz_at_home
from rnn_compare.report.reader import formulas, reader, shared
from rnn_compare.runs.record import Run

FEW, SEVERAL = 3, 8
"""Up to a few verdicts are large; of more than several, the less clear ones are folded away."""


def html(*comparisons: Contents, names: Sequence[str] = ()) -> str:
    """Returns a page whose first part reads reviews, and whose second is the report.

    A content security policy allows the page's own script only, and no network requests.

    Args:
        comparisons: The page shows the first; the others wait in templates (``comparison_choice.js``).
        names: Of several comparisons, for the links between them.
    """
    settings = [_lesson_settings(contents) for contents in comparisons]
    readings = [reader(contents) for contents in comparisons]
    parts = [
        _parts(contents, *reading) | {"lesson": _escaped_json(experiment and experiment.dataset)}
        for contents, reading, experiment in zip(comparisons, readings, settings, strict=True)
    ]
    ids = [re.sub(r"\W+", "-", name.casefold()).strip("-") for name in names]
    links = "".join(f'<a href="#{key}">{escape(name)}</a>' for key, name in zip(ids, names, strict=True))
    return Template((_ASSETS / "page.html").read_text(encoding="utf-8")).substitute(
        parts[0],
        title=escape(comparisons[0].title if len(comparisons) == 1 else "Recurrent networks that read and train"),
        hash=f"sha256-{base64.b64encode(hashlib.sha256(_script().encode()).digest()).decode()}",
        style=_style(),
        lessons=_lessons(settings),
        shared=_escaped_json(shared(entry for reading, _ in readings for entry in reading["networks"])),
        choice=f'<nav id="choice" aria-label="Comparisons">{links}</nav>' if links else "",
        others="".join(_template(key, {} if key == ids[0] else part) for key, part in zip(ids, parts, strict=False)),
        script=_script(),
    )


def _parts(contents: Contents, reading: Mapping[str, Any], problems: Iterable[str]) -> dict[str, str]:
    """Returns what differs between comparisons, by the ids of the page's elements."""
    made = datetime.fromtimestamp(contents.made).astimezone()
    plots = charts(contents)
    settings = f" of {counted(len(contents.groups), 'setting')}" if len(contents.groups) < len(contents.runs) else ""
    runs = f"{counted(len(contents.runs), 'run')}{settings}." if contents.runs else ""
    notes = "".join(f'<p class="soft">{escape(problem)}</p>' for problem in problems)
    return {
        "head": f"<h1>{escape(contents.title)}</h1>"
        f'<p class="soft">{runs} Report of {made:{html_tables.TIME} %Z}.'
        f"{origin()}</p>{notes}{'' if contents.runs else _class_section(contents)}",
        "comparison": _sections(contents, has_plots=bool(plots["charts"])) if contents.runs else "",
        "charts": _escaped_json(plots),
        "networks": _escaped_json(reading),
        "quiz": _escaped_json(quiz_at_home(contents.experiments, [entry["title"] for entry in reading["networks"]])),
    }


def _template(key: str, parts: Mapping[str, str]) -> str:
    tags = {"head": "div", "comparison": "div"}
    return (
        f'<template id="{key}">'
        + "".join(
            f'<{tag} data-for="{part}"{"" if part in tags else _JSON}>{content}</{tag}>'
            for part, content in parts.items()
            for tag in [tags.get(part, "script")]
        )
        + "</template>\n"
    )


def _lesson_settings(contents: Contents) -> Experiment | None:
    """Returns with which reviews and settings the reader of the page trains; None without any."""
    return next(filter(None, map(lesson_settings, contents.experiments)), None)


def _lessons(settings: Iterable[Experiment | None]) -> str:
    """Returns what readers train with, by dataset, as JSON."""
    lessons = dict[str, Any]()
    for experiment in filter(None, settings):
        with contextlib.suppress(UserError):  # not on this machine, or too few
            lessons.setdefault(experiment.dataset, lesson(experiment))
    return _escaped_json(lessons)


def origin() -> str:
    """Returns a sentence that says where the program is published; empty if it is not."""
    address = escape(repository())
    return f' Made with RNN Compare: <a href="{address}">{address}</a>.' if address else ""


_JSON = ' type="application/json"'
_ASSETS = Path(__file__).parent / "assets"
_BROWSER = Path(browser.__file__).parent
_STYLES = (
    *(_BROWSER / "common" / name for name in ("theme.css", "verdicts.css", "class_dots.css")),
    *(_BROWSER / "drawing" / "cell" / name for name in ("cell.css", "inside.css")),
    *(_ASSETS / name for name in ("report.css", "read_page.css")),
)


@cache
def _style() -> str:
    colours = "; ".join(": ".join(item) for item in CSS.items())
    return "".join(path.read_text(encoding="utf-8") for path in _STYLES) + f":root {{ {colours} }}"


@cache
def _script() -> str:
    return f"{joined(_ASSETS / 'read_page.js')}{formulas(map(cell, CELLS))}page.main(FORMULAS);"


def _escaped_json(values: object) -> str:
    return json.dumps(values).replace("<", "\\u003c")


def _sections(contents: Contents, *, has_plots: bool) -> str:
    measure = MEASURES[contents.measure]
    definition = f'<p class="soft">{measure.title}: {measure.meaning}</p>'
    sections = {
        "Curves": _plots(contents) if has_plots else "<p>No epoch has finished yet.</p>",
        "Results by setting": contents.results.html(scrolls=True) + definition,
        "Baselines": f'{baseline_table(contents.baselines).html(scrolls=True)}<p class="soft">{NOTE}</p>'
        if contents.baselines
        else "",
        "Parameters, term by term": html_tables.parameter_cards(contents),
        "All runs": f"{html_tables.run_table(contents)}{html_tables.notes(contents.runs)}",
        "Settings": html_tables.settings(contents.groups),
        "Environment": html_tables.environments(contents.runs),
    }
    return (
        _verdicts(contents)
        + _class_section(contents)
        + "".join(f"<h2>{heading}</h2>{body}" for heading, body in sections.items() if body)
    )


def _class_section(contents: Contents) -> str:
    if (result := contents.class_result) is None:
        return ""
    heading = f"Your class: {counted(len(result.networks), 'network')}"
    return (f"<h2>{heading}</h2>" if contents.runs else "") + class_section(result)


def _verdicts(contents: Contents) -> str:
    if contents.so_far:
        return "<p>Runs were training when this file was made: figures are preliminary; there was no verdict yet.</p>"
    if contents.verdict is None:
        return ""
    # The clearest first: of eight settings there are 28 pairs.
    pairs = [
        _pair(pair, is_only=len(contents.verdict.pairs) == 1) for pair in sorted(contents.verdict.pairs, key=_clearness)
    ]
    folded = ""
    if rest := pairs[SEVERAL:]:
        folded = f"<details><summary>{counted(len(rest), 'more pair')}</summary>{''.join(rest)}</details>"
    size = "many" if len(pairs) > FEW else "few"
    summary = f'<p class="verdict">{escape(result(contents.verdict))}</p>'
    return f'<h2>Verdict</h2><div class="{size}">{summary}{"".join(pairs[:SEVERAL])}{folded}</div>'


def _pair(pair: Pair, *, is_only: bool) -> str:
    """Returns the verdict on two settings, without its sentence if they are the only pair: the summary has it."""
    text = "" if is_only else f'<p class="verdict">{escape(sentence(pair))}</p>'
    lines = "".join(f"<li>{escape(line)}</li>" for line in details(pair))
    return text + (f"<details><summary>The numbers</summary><ul>{lines}</ul></details>" if lines else "")


def _clearness(pair: Pair) -> float:
    return pair.difference.strength if pair.difference else math.inf


def _plots(contents: Contents) -> str:
    several = any(len(group.runs) > 1 for group in contents.groups)
    means = "Bold: mean over the seeds, from five on with its 95 % band; thin: single seeds. " if several else ""
    return (
        '<div class="legend" id="legend"></div><div class="plots" id="plots"></div>'
        f'<p class="soft">{means}PNG and SVG save the current view, 1920 × 1080.</p>'
    )


def charts(contents: Contents) -> dict[str, Any]:
    """Returns the message of all charts that have data, as the live board's; no charts without an epoch."""
    shown = _with_data(contents)
    ranges = [_range(chart, contents.runs) for chart in shown]
    message = curves_message(contents.groups, shown, ranges, counted=True)
    levels = [asdict(level) for level in baseline_levels(contents.baselines)]
    for chart, declared in zip(shown, message["charts"], strict=True):
        declared["baselines"] = levels if chart.has_baselines else []
    return message


def _with_data(contents: Contents) -> list[CurveChart]:
    measured = {name for run in contents.runs for epoch in run.epochs for name in epoch.figures}
    return [chart for chart in all_charts().values() if chart.validation in measured]


def _range(chart: CurveChart, runs: Sequence[Run]) -> tuple[float, float]:
    """Returns the range of the axis, closer to the curves than on the board, where epochs are still to come."""
    epochs = [epoch.figures for run in runs for epoch in run.epochs]
    values = [figures[name] for figures in epochs for name in chart.figures if name in figures]
    low, high = chart.range(values)
    return (max(low, math.ceil(10 * min(values) - 1) / 10), high) if low and not chart.log else (low, high)
