"""A report as one HTML file that needs no network: networks that read and train, a verdict, charts, and tables."""

import base64
import contextlib
import hashlib
import json
import statistics
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from rnn_compare import browser
from rnn_compare.browser.curves import curves_message
from rnn_compare.browser.joining import joined
from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.charts.chance_picture import chance_picture
from rnn_compare.charts.curves.curve_chart import all_charts
from rnn_compare.charts.palette import CSS, OF_TASKS, look
from rnn_compare.comparison.baselines import NOTE, baseline_table
from rnn_compare.comparison.inference.accuracies import ON
from rnn_compare.comparison.inference.wording import meaning_of_interval, result
from rnn_compare.errors import UserError
from rnn_compare.formatting import listed, percent
from rnn_compare.paths import repository
from rnn_compare.report import html_tables
from rnn_compare.report.class_dots import class_section
from rnn_compare.report.contents import Contents
from rnn_compare.report.lesson import lesson, lesson_settings, quiz_at_home
from rnn_compare.report.reader import formulas, reader, shared


def html(contents: Contents) -> str:
    """Returns a page whose first part reads reviews, and whose second is the report.

    A content security policy allows the page's own script only, and no network requests.
    """
    made = datetime.fromtimestamp(contents.made).astimezone()
    names = f"{listed([group.name for group in contents.groups])}. " if contents.groups else ""
    reading, problems = reader(contents)
    notes = "".join(f'<p class="soft">{escape(problem)}</p>' for problem in problems)
    plots = charts(contents)
    return Template((_ASSETS / "page.html").read_text(encoding="utf-8")).substitute(
        title=escape(contents.title),
        hash=script_hash(script(_ASSETS / "read_page.js")),
        style=style(*_OWN),
        head=f"<h1>{escape(contents.title)}</h1>"
        f'<p class="soft">{escape(names)}{made.day} {made:%B %Y}.{origin()}</p>{notes}'
        f"{'' if contents.runs else _class_section(contents)}",
        comparison=_sections(contents, has_plots=bool(plots["charts"])) if contents.runs else "",
        charts=escaped_json(plots),
        networks=escaped_json(reading),
        quiz=escaped_json(quiz_at_home(contents.experiments, [entry["title"] for entry in reading["networks"]])),
        lesson=escaped_json(_lesson(contents)),
        shared=escaped_json(shared(reading["networks"])),
        script=script(_ASSETS / "read_page.js"),
    )


def _lesson(contents: Contents) -> dict[str, Any] | None:
    """Returns what the page's reader trains with; None without any."""
    experiment = next(filter(None, map(lesson_settings, contents.experiments)), None)
    with contextlib.suppress(UserError):  # not on this machine, or too few
        return lesson(experiment) if experiment else None
    return None


def origin() -> str:
    """Returns a sentence that says where the program is published; empty if it is not."""
    address = escape(repository())
    return f' Made with RNN Compare: <a href="{address}">{address}</a>.' if address else ""


_ASSETS = Path(__file__).parent / "assets"
_PACKAGE = Path(browser.__file__).parents[1]
_STYLES = (
    *("browser/common/theme.css", "browser/common/verdicts.css", "browser/common/chance.css"),
    *("browser/drawing/cell/cell.css", "browser/drawing/cell/inside.css", "browser/drawing/curves/curve_figures.css"),
    "browser/reading/reading.css",
)
"""Of every page that reads and draws."""
_OWN = ("browser/common/class_dots.css", "report/assets/report.css", "report/assets/read_page.css")


@cache
def style(*own: str) -> str:
    """Returns the style sheets of a page that reads and draws, then its own, by their places in the package."""
    sheets = "".join((_PACKAGE / name).read_text(encoding="utf-8") for name in (*_STYLES, *own))
    colours, of_tasks = ("; ".join(": ".join(item) for item in names.items()) for names in (CSS, OF_TASKS))
    return f"{sheets}:root {{ {colours} }}\n.rc-task {{ {of_tasks} }}\n"


@cache
def script(entry: Path) -> str:
    """Returns a page's script, whose module exports ``main``, joined with all that it imports."""
    return f"{joined(entry)}{formulas(map(cell, CELLS))}page.main(FORMULAS);"


def escaped_json(values: object) -> str:
    """Returns values as JSON that may stand in a page's ``script`` element."""
    return json.dumps(values).replace("<", "\\u003c")


def script_hash(script: str) -> str:
    """Returns the source by which a content security policy allows one script and no other."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _sections(contents: Contents, *, has_plots: bool) -> str:
    """Returns what is known of the runs; what few readers need is folded away at the end."""
    folded = {
        "All runs": f"{html_tables.run_table(contents)}{html_tables.notes(contents.runs)}",
        "Baselines": f'{baseline_table(contents.baselines).html(scrolls=True)}<p class="soft">{NOTE}</p>'
        if contents.baselines
        else "",
        "Settings": html_tables.settings(contents.groups),
        "Environment": html_tables.environments(contents.runs),
        "Charts as PNG and SVG": '<p class="soft">The current view, 1920 × 1080.</p><div id="pictures"></div>'
        if has_plots
        else "",
    }
    sections = {
        "chance": ("Could it be chance?" if contents.verdict else "Accuracy", _verdict(contents)),
        "class": (contents.class_title, _class_section(contents)),
        "curves": ("Curves", '<div id="plots"></div>' if has_plots else "<p>No epoch has finished yet.</p>"),
        "parameters": ("Parameters", html_tables.parameter_cards(contents)),
        "details": ("Details", "".join(_folded(title, body) for title, body in folded.items() if body)),
    }
    return "".join(
        f'<section id="{key}"><h2>{heading}</h2>{body}</section>' for key, (heading, body) in sections.items() if body
    )


def _folded(title: str, body: str) -> str:
    return f"<details><summary>{title}</summary>{body}</details>"


def _class_section(contents: Contents) -> str:
    return class_section(contents.class_result) if contents.class_result else ""


def _verdict(contents: Contents) -> str:
    if not all(run.status.ended for run in contents.runs):
        return "<p>Runs were training when this file was made: figures are preliminary; there was no verdict yet.</p>"
    if contents.verdict:
        picture = ""
        if contents.verdict.pairs:
            colors = {group.name: look(group).color for group in contents.groups}
            meaning = escape(meaning_of_interval(contents.verdict))
            picture = f'{chance_picture(contents.verdict, colors)}<p class="soft">{meaning}</p>'
        return f'<p class="verdict">{escape(result(contents.verdict))}</p>{picture}'
    shares = [share for run in contents.groups[0].counted if (share := contents.accuracies[run.id]) is not None]
    return f'<p class="verdict">{percent(statistics.fmean(shares))} {ON[contents.measure]}.</p>' if shares else ""


def charts(contents: Contents) -> dict[str, Any]:
    """Returns the message of all charts that have data, as the live board's; no charts without an epoch."""
    measured = {name for run in contents.runs for epoch in run.epochs for name in epoch.figures}
    shown = [chart for chart in all_charts().values() if chart.validation in measured]
    return curves_message(contents.groups, shown, contents.baselines, counted=True)
