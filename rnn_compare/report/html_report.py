"""A report as one HTML file that needs no network: charts, verdicts, tables, arithmetic, and the runs as data."""

import base64
import gzip
import hashlib
import importlib.resources
import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from html import escape

from rnn_compare.charts.palette import Look, looks
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.sentences import details, network_sentence, result, sentence
from rnn_compare.comparison.verdicts import Comparison
from rnn_compare.formatting import counted
from rnn_compare.report import html_tables, interchange
from rnn_compare.report.contents import Contents
from rnn_compare.report.report_charts import charts

FEW, SEVERAL = 3, 8
"""Verdicts that are read from afar; of more, each is small. More than several are folded away, the clearest not."""
PLUS_MINUS = "± is the 95 % interval of the mean over the seeds (Student's t), on the same validation reviews."


def html(contents: Contents) -> str:
    """Returns a report that a browser opens off-line, and that another copy of the program takes in.

    Plotly's script lies in it packed, which brings 4.8 MB down to 2. A content security policy lets the report's own
    two scripts run and nothing else, and keeps it from asking any network for anything.
    """
    looks_of_groups = looks(group.experiment.cell for group in contents.groups)
    runs = [(run, contents.predictions[run.id]) for run in contents.runs]
    chart_data = _escaped_json(charts(contents.groups, looks_of_groups, contents.baselines))
    script, plotly, style = _asset("report.js"), _plotly(), _asset("report.css")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}' '{plotly.hash}'; style-src 'unsafe-inline'; "
        "img-src data: blob:"
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(contents.title)}</title>
<style>{style}</style>
</head>
<body>
<main>
{"".join(_sections(contents, looks_of_groups))}
</main>
<script type="application/json" id="charts">{chart_data}</script>
<script type="application/json" id="{interchange.DATA_ID}">{interchange.written(runs, contents.made)}</script>
<script type="text/plain" id="plotly">{plotly.packed}</script>
<script>{script}</script>
</body>
</html>
"""


class _Plotly:
    """Plotly's script as it lies in a report, and the hash by which a browser lets it run."""

    def __init__(self, content: bytes) -> None:
        self.packed = base64.b64encode(gzip.compress(content, mtime=0)).decode()
        self.hash = _hash(content.decode())


@lru_cache(maxsize=1)
def _plotly() -> _Plotly:
    return _Plotly((importlib.resources.files("plotly") / "package_data" / "plotly.min.js").read_bytes())


@lru_cache(maxsize=2)
def _asset(name: str) -> str:
    return (importlib.resources.files("rnn_compare.report") / "assets" / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _escaped_json(values: object) -> str:
    return json.dumps(values).replace("<", "\\u003c")


def _sections(contents: Contents, looks: Sequence[Look]) -> list[str]:
    groups = contents.groups
    made = datetime.fromtimestamp(contents.made).astimezone()
    seeds = "" if len(groups) == len(contents.runs) else f" of {counted(len(groups), 'setting')}"
    which = "".join(f"<li><b>{measure.title}</b>: {measure.meaning}</li>" for measure in html_tables.SHOWN)
    sections = [
        f"<h1>{escape(contents.title)}</h1>"
        f'<p class="soft">{counted(len(contents.runs), "run")}{seeds}. Report of {made:{html_tables.TIME} %Z}.</p>',
        _verdicts(contents),
        f"<h2>Curves</h2>{_legend(groups, looks)}{_plots(contents, looks)}",
        f"<h2>Results by setting</h2>{html_tables.of_groups(contents, looks)}"
        f'<ul class="soft">{which}</ul><p class="soft">{PLUS_MINUS}</p>{_left_out(groups)}',
    ]
    if contents.baselines:
        sections.append(f"<h2>Baselines without word order</h2>{html_tables.of_baselines(contents.baselines)}")
    sections.append(f"<h2>Parameters, term by term</h2>{html_tables.arithmetic(contents, looks)}")
    sections.append(f"<h2>All runs</h2>{html_tables.of_runs(contents)}{html_tables.notes(contents.runs)}")
    sections.append(f"<h2>Settings</h2>{html_tables.settings(groups)}")
    sections.append(f"<h2>Environment</h2>{html_tables.made_with(contents.runs)}{_ENDING}")
    return sections


_ENDING = (
    '<p class="soft">This file contains the runs and their predictions: import them with '
    "<code>python -m rnn_compare import FILE.html</code>.</p>"
)


def _verdicts(contents: Contents) -> str:
    if contents.so_far:
        return "<p>Some runs are still training: figures are preliminary, and there is no verdict yet.</p>"
    if contents.verdict is None:
        return ""
    paragraphs = []
    # The clearest first: of eight settings there are 28 pairs. Of a single one the summary says it all.
    for comparison in sorted(contents.verdict.pairs, key=_clearness):
        text = f'<p class="verdict">{escape(sentence(comparison))}</p>' if len(contents.verdict.pairs) > 1 else ""
        more = "".join(f"<li>{escape(line)}</li>" for line in details(comparison))
        numbers = f"<details><summary>The numbers</summary><ul>{more}</ul></details>" if more else ""
        networks = f"<p>{escape(as_they_are)}</p>" if (as_they_are := network_sentence(comparison)) else ""
        paragraphs.append(f"{text}{networks}{numbers}")
    first, rest = "".join(paragraphs[:SEVERAL]), "".join(paragraphs[SEVERAL:])
    folded = (
        f"<details><summary>{counted(len(paragraphs) - SEVERAL, 'more pair')}</summary>{rest}</details>" if rest else ""
    )
    size = "many" if len(paragraphs) > FEW else "few"
    summary = f'<p class="verdict">{escape(result(contents.verdict))}</p>'
    return f'<h2>Verdict</h2><div class="{size}">{summary}{first}{folded}</div>'


def _clearness(comparison: Comparison) -> float:
    p = comparison.difference.p_adjusted if comparison.difference else None
    return 2.0 if p is None else p


def _legend(groups: Sequence[Group], looks: Sequence[Look]) -> str:
    buttons = [
        f'<button data-group="{place}" aria-pressed="true"><span class="dot" style="--color:{look.color}"></span>'
        f"{escape(group.name)}{f', {len(group.runs)} seeds' if len(group.runs) > 1 else ''}</button>"
        for place, (group, look) in enumerate(zip(groups, looks, strict=True))
    ]
    return f'<div class="legend">{"".join(buttons)}</div>'


def _plots(contents: Contents, looks: Sequence[Look]) -> str:
    figures = []
    for chart in charts(contents.groups, looks, ()):
        dashed = '<i class="dashed"></i>training' if chart["dashed"] else ""
        figures.append(
            f'<figure><figcaption><b>{escape(chart["title"])}</b><span class="key"><i></i>validation{dashed}</span>'
            '<button data-format="png">PNG</button><button data-format="svg">SVG</button></figcaption>'
            f'<div class="plot" id="chart-{chart["name"]}"></div></figure>'
        )
    if not figures:
        return "<p>No epoch has finished yet.</p>"
    several = any(len(group.runs) > 1 for group in contents.groups)
    means = "Bold: mean over the seeds with its 95 % band; thin: single seeds. " if several else ""
    return (
        f'<div class="plots">{"".join(figures)}</div><p class="soft">{means}'
        "Drag to zoom, double-click to reset. PNG and SVG save the current view, 1920 × 1080.</p>"
    )


def _left_out(groups: Sequence[Group]) -> str:
    lines = [
        f"<li>{escape(group.name)}: <code>{escape(run.id)}</code>, {run.status.value} after "
        f"{len(run.epochs)} of {run.experiment.epochs} epochs</li>"
        for group in groups
        for run in group.left_out
    ]
    return f"<p>Not in the means:</p><ul>{''.join(lines)}</ul>" if lines else ""
