"""What a class is to predict is hidden from every page, every answer and every download, until the reveal.

Two runs of one setting are recorded, one of them hidden, with figures that are nobody else's: none of them may turn up
in anything that is sent.
"""

import asyncio
import gzip
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas
import pytest
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from rnn_compare.browser.numbers import packed
from rnn_compare.experiment import Experiment
from rnn_compare.paths import cache_folder
from rnn_compare.report.contents import gather
from rnn_compare.server import live
from rnn_compare.server.app import current_app
from rnn_compare.services.board import View
from rnn_compare.services.services import HIDDEN_NOTICE, Services
from tests.kit import pages
from tests.kit.runs import finished_run, record

ACCURACIES = (0.5179, 0.8137)
SETTING: dict[str, Any] = {"cell": "LSTM", "units": 4, "maxlen": 10, "reviews": 60, "epochs": 2}


@pytest.fixture
def hidden(services: Services) -> str:
    """The id of a finished run that the class is to predict; another of its setting may be seen."""
    finished_run(services.store, 0.6, 0.7, **SETTING, seed=2)
    run = finished_run(services.store, *ACCURACIES, **SETTING)
    services.store.rename(run, "Nobody's name")
    current_app().classroom().begin("book")
    services.hide([run])
    return run


def sent(app: AppTest) -> str:
    """Everything that a page has sent to the browser, tables included."""
    parts = []
    for node in app._tree:
        parts.append(str(getattr(node, "proto", "")))
        if isinstance(value := getattr(node, "value", None), pandas.DataFrame):
            parts.append(value.to_csv())
    return "\n".join(parts).encode("utf-8").decode("unicode_escape", errors="ignore") + "\n".join(parts)


def answered(named: Sequence[str]) -> str:
    path, _, query = live.url(named, View(("accuracy", "loss"), baselines=True)).partition("?")
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}
    answer = asyncio.run(current_app().live.answer(Request(scope | {"server": ("127.0.0.1", 1), "scheme": "http"})))
    body = bytes(answer.body)
    return (gzip.decompress(body) if answer.headers.get("Content-Encoding") else body).decode()


def test_the_lists_of_networks_lack_it_and_a_link_to_it_says_so_until_the_reveal(hidden: str) -> None:
    lists = ("try_review", "inside.page", "runs.page")
    for name in lists:
        assert "Nobody's name" not in sent(pages.page(name)), name
    assert HIDDEN_NOTICE in sent(pages.page("compare.page", show=hidden))
    current_app().classroom().reveal()
    for name in lists:
        assert "Nobody's name" in sent(pages.page(name)), name
    text = sent(pages.page("compare.page", show=hidden))
    assert HIDDEN_NOTICE not in text
    assert packed(ACCURACIES) in text
    assert packed(ACCURACIES) in answered([hidden])


def test_a_report_of_others_says_nothing_that_is_known_from_hidden_runs(
    services: Services, prepared_cache: Path
) -> None:
    (cache_folder() / "reviews").symlink_to(prepared_cache / "reviews")

    def trained(*seeds: int) -> list[str]:
        pairs = itertools.product(("LSTM", "GRU"), seeds)
        experiments = [Experiment(**SETTING | {"cell": cell, "reviews": 400, "seed": seed}) for cell, seed in pairs]
        return [record(services.store, experiment, (0.6, 0.7)).id for experiment in experiments]

    def verdict() -> list[dict[str, Any]]:
        judgement = gather(services.store, shown, services.evidence).verdict
        assert judgement
        return [pair.facts() for pair in judgement.pairs]

    shown = trained(1, 2, 3)
    alone, others = verdict(), trained(4, 5, 6)
    assert verdict() != alone, "earlier seeds of a setting say how much it varies"
    current_app().classroom().begin("book")
    services.hide(others)
    assert verdict() == alone


def test_what_is_submitted_hidden_is_hidden_before_it_is_recorded(services: Services) -> None:
    """A server that is killed in between leaves nothing in sight."""
    classroom = current_app().classroom()
    classroom.begin("book")
    hidden_and_recorded: list[tuple[frozenset[str], list[str]]] = []
    classroom.listen(
        lambda: hidden_and_recorded.append((classroom.state().hidden, [run.id for run in services.store.runs()]))
    )
    started = services.submit_hidden([Experiment(**SETTING)])
    assert hidden_and_recorded == [(frozenset(started), [])]
    assert ([run.id for run in services.all_runs()], services.runs()) == (started, [])
