"""Whatever was recorded, no two surfaces contradict each other: page, table, command line, JSON, report, wall, phones.

A surface contradicts another where one calls a setting better than another setting and the other says that this cannot
be told or that it is worse; the same for two trained networks as they are. Sentences are read by their phrases.
"""

import contextlib
import html
import io
import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rnn_compare as rc
from rnn_compare.cli.main import main
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.findings import findings
from rnn_compare.comparison.groups import groups
from rnn_compare.comparison.inference.accuracies import stacked
from rnn_compare.dashboard.widgets import results_table
from rnn_compare.experiment import Experiment
from rnn_compare.lecture.class_state import State
from rnn_compare.lecture.questions import Question, outcome
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.report import html_report
from rnn_compare.report.contents import gather
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import Predictions, Status, accuracy, encoded
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.store import RunStore
from rnn_compare.server.live import board_message
from rnn_compare.server.phones import phone_message
from tests.epochs import epoch_end
from tests.recorded import drawn, insert

CELLS = ("SimpleRNN", "LSTM", "GRU", "MGU")
BEST = Question(id="best", kind="best_network", text="Which is best?", choices=CELLS)
LEAD = Question(id="lead", kind="lead", text="By how many points?")
SPLITS = {1: (10, 0.1), 8: (40, 0.2), 40: (200, 0.2), 400: (2000, 0.2)}
"""Reviews and validation split, by how many reviews are held out."""
DIFFERENCE = re.compile(
    r"(\d+\.\d+) ± ([\d.]+) points( could be chance)? \(([\d.]+) % and ([\d.]+) % (?:on|in) [\w ]+[;)]"
)
"""A difference with the numbers that it comes of."""


@dataclass(frozen=True)
class Setting:
    """One setting of a record."""

    name: str
    shares: list[float]
    statuses: list[Status]
    keeps: bool


@dataclass(frozen=True)
class Record:
    """Settings that the same reviews judge."""

    settings: list[Setting]
    held_out: int
    vary_split: bool


def record_of(seed: int) -> Record:
    """Draws a record: few seeds and many, ties, all right and all wrong, runs that broke off, equal names."""
    chance = np.random.default_rng(seed)

    def pick(*values: Any) -> Any:
        return values[chance.integers(len(values))]

    seeds = pick(1, 1, 2, 3, 3, 4)
    several = []
    for _ in range(pick(1, 2, 2, 2, 3, 3, 3, 4)):
        count, middle = pick(seeds, seeds, seeds, 1, 3), pick(0.0, 0.05, 0.2, 0.5, 0.7, 0.8, 0.81, 0.86, 0.9, 1.0, 1.0)
        shares = np.clip(middle + pick(0.0, 0.005, 0.02, 0.1) * chance.normal(size=count), 0, 1)
        broken = pick(Status.STOPPED, Status.FAILED, Status.RUNNING)
        statuses = [broken if chance.random() < 0.03 else Status.FINISHED for _ in shares]
        several.append(Setting(pick("", "", "mine"), shares.tolist(), statuses, chance.random() < 0.9))
    return Record(several, pick(1, 8, 40, 40, 400, 400, 400, 400), chance.random() < 0.1)


records = st.integers(0, 2**32 - 1).map(record_of)


CLAUSES = (
    (re.compile(r"\bis better than (⟦.*?)(?: by |, but|, and |[.:])"), "better"),
    (re.compile(r"\bis equal to (⟦.*?) to within"), "equal"),
    (re.compile(r"\b(?:cannot be told apart from|leads|ties with) (⟦.*?)(?:, |\.$|\. )"), "unknown"),
)
"""Clauses on the subject of a sentence and others."""
PAIRS = {
    " differ: ": "better",
    "are equal to within": "equal",
    "is better is not yet known": "unknown",
    "cannot be told apart by": "unknown",
    "both reach": "unknown",
    "No verdict on": "unknown",
}
"""What is said of the settings that a sentence names: all of them, and the first is the better one."""


@dataclass
class Claims:
    """What a surface says of pairs of settings, and of trained networks: the first is better, both are equal, or …"""

    better: set[tuple[str, int, int]] = field(default_factory=set)
    equal: set[tuple[str, int, int]] = field(default_factory=set)
    unknown: set[tuple[str, int, int]] = field(default_factory=set)

    def read(self, text: str, names: list[str]) -> None:
        """Takes in what sentences claim of groups of these names."""
        for place in sorted(range(len(names)), key=lambda place: -len(names[place])):
            text = text.replace(names[place], f"⟦{place}⟧")
        text = re.sub(r"(⟦\d⟧) \([^()]*(?:%|points)[^()]*\)", r"\1", text)
        subject = ""
        for sentence in re.split(r"(?<=[.)]) (?=[A-Z⟦])", text):
            level = "networks" if re.match("Of these|These two", sentence) else "settings"
            places = re.findall(r"⟦(\d)⟧", sentence)
            if places and not re.match("It |Whether it ", sentence):
                subject = places[0]
            for clause, answer in CLAUSES:
                if match := clause.search(sentence):
                    kind = "unknown" if sentence.startswith("Whether ") else answer
                    self.add(level, kind, [subject], re.findall(r"⟦(\d)⟧", match[1]))
            for phrase, answer in PAIRS.items():
                if phrase in sentence:
                    self.add(level, answer, places[:1] if answer == "better" else places, places)

    def add(self, level: str, answer: str, firsts: list[str], others: list[str]) -> None:
        """Takes in an answer on each of the first and each other."""
        pairs = {(level, int(first), int(other)) for first in firsts for other in others if first != other}
        getattr(self, answer).update(pairs if answer == "better" else pairs | {(at, b, a) for at, a, b in pairs})


def written(store: RunStore, record: Record) -> list[Run]:
    """Records settings of one cell each as if they had been trained for two epochs."""
    recorded: list[tuple[Run, list[Predictions]]] = []
    reviews, split = SPLITS[record.held_out]
    for cell, setting in zip(CELLS, record.settings, strict=False):
        for seed, (reached, how) in enumerate(zip(setting.shares, setting.statuses, strict=True), 1):
            experiment = Experiment(
                cell=cell, units=8, reviews=reviews, validation_split=split, seed=seed, epochs=2,
                vary_split=record.vary_split,
            )  # fmt: skip
            labels = prepared.load("bundled").labels(experiment, "validation")
            assert labels is not None
            chance, run = np.random.default_rng([seed, round(1e6 * reached)]), f"{cell.lower()}-{seed}"
            by_epoch = [drawn(labels, start, chance) for start in ((reached + 0.5) / 2, reached)]
            by_epoch = by_epoch[: 2 if how is Status.FINISHED else 1]
            epochs = [epoch_end(run, number, 0.9, 0.3, accuracy(probabilities, labels), 0.3, 1.0)
                      for number, probabilities in enumerate(by_epoch, 1)]  # fmt: skip
            predictions = [
                Predictions(
                    run, number, "validation", accuracy(probabilities, labels), len(labels), encoded(probabilities)
                )
                for number, probabilities in enumerate(by_epoch, 1)
            ]
            recorded.append(
                (
                    Run(run, len(recorded) + 1, "simplernn-1", experiment, how, Owner.current(), "page", 0.0,
                        name=setting.name, epochs=tuple(epochs)),
                    predictions if setting.keeps else [],
                )
            )  # fmt: skip
    for item in recorded:
        insert(store, *item)
    return store.runs()


def commanded(*arguments: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert main(["compare", *arguments]) == 0
    return printed.getvalue()


class Surfaces:
    """Claims of every surface that can be produced without a browser, and what is wrong with one by itself."""

    def __init__(self, runs: list[Run], evidence: Evidence) -> None:
        self.groups = groups(runs)
        self.names = [group.name for group in self.groups]
        self.claims: dict[str, Claims] = {}
        self.wrong = ["two of one name"] if len(set(self.names)) < len(self.names) else []
        self._runs, self._evidence = runs, evidence

    def read(self, surface: str, text: str, names: list[str] | None = None) -> None:
        """Takes in a text, perhaps as HTML, that calls the groups by these names."""
        text = html.unescape(re.sub("<[^>]*>", " ", text)).strip()
        self.claims.setdefault(surface, Claims()).read(text, names or self.names)
        for by, half, chance, first, second in DIFFERENCE.findall(text):
            if f"{float(first) - float(second):.{len(by.partition('.')[2])}f}" != by:
                self.wrong.append(f"{surface}: {first} − {second} is not {by}")
            if "differ by" not in text and (float(by) > float(half)) is bool(chance):
                self.wrong.append(f"{surface}: {by} ± {half} against the verdict")
        if text.replace("± stays above", "").count("±") > len(DIFFERENCE.findall(text)):
            self.wrong.append(f"{surface}: a difference without its numbers: {text[:300]}")

    def read_pages(self, store: RunStore) -> None:
        """Reads page, table, report, wall and phones."""
        for finding in board_message(self._runs, {}, findings=findings(self._runs, self._evidence))["findings"]:
            self.read("page", finding["text"])
        for line in re.findall("<(?:summary|li)>(.*?)</", results_table._results(self._evidence, self.groups)[1]):
            self.read("table", line)
        ids = [run.id for run in self._runs]
        for line in re.findall(r"<(?:li|p[^>]*)>(.*?)</", html_report._verdicts(gather(store, ids, self._evidence))):
            self.read("report", line)
        for question in (BEST, LEAD):
            result = outcome(question, self._runs, self._evidence)
            state = State(lecture="L", phase="revealed", question=question, runs=tuple(ids))
            self.read("wall", phone_message.for_all(state, self._runs, [], result)["outcome"]["said"])

    def read_judge(self) -> None:
        """Reads what ``rc.judge`` says of the same verdicts as arrays."""
        whole = [group for group in self.groups if group.counted]
        arrays = {}
        for group in whole:
            scores = self._evidence.scores_of(group, "kept") or []
            right = stacked(scores) if scores else None
            if group.experiment.vary_split or right is None or not all(group.ended for group in self.groups):
                return
            arrays[group.name] = right
        for pair in rc.judge(arrays) if len(arrays) > 1 else []:
            names = [name for name in self.names if name in arrays]
            of_pair = asdict(pair) | {"networks": None, "low": pair.low and 100 * pair.low}
            of_pair["high"] = pair.high and 100 * pair.high
            self.read_json(of_pair, self.names.index(pair.a), self.names.index(pair.b), "judge")
            self.read("judge", pair.sentence, [name if name in names else "nobody" for name in self.names])

    def read_commands(self) -> None:
        """Reads what ``compare`` prints, as text and as JSON."""
        whole = [group for group in self.groups if group.counted]
        if len(whole) < 2 or not all(group.ended for group in self.groups):
            return
        texts = {group.name: ",".join(run.id for run in group.runs) for group in whole}
        titles = [group.runs[0].name or group.experiment.label for group in whole]
        names = [
            title if titles.count(title) == 1 else f"{title} {texts.get(group.name, 'nobody')[:60]}"
            for group in self.groups
            for title in [group.runs[0].name or group.experiment.label]
        ]
        for line in commanded(*texts.values()).splitlines():
            self.read("command", line, names)
        places = {text: self.names.index(name) for name, text in texts.items()}
        for line in commanded(*texts.values(), "--json").splitlines():
            values = json.loads(line)
            self.read_json(values, places[values["a"]], places[values["b"]])

    def read_json(self, values: dict[str, Any], first: int, other: int, surface: str = "JSON") -> None:
        """Reads one line of JSON about two groups."""
        claims = self.claims.setdefault(surface, Claims())
        for level, tested in (("settings", values), ("networks", values["networks"])):
            if tested is None:
                continue
            pair = [str(other), str(first)] if tested["verdict"] == "b is better" else [str(first), str(other)]
            claims.add(
                level, {"equal": "equal", "unknown": "unknown"}.get(tested["verdict"], "better"), *map(list, pair)
            )
            if tested["p"] is None:
                continue
            low, high, decided = tested["low"], tested["high"], "better" in tested["verdict"]
            if not (decided is (tested["p"] <= 1 - tested["level"]) is (low > 0 or high < 0)):
                self.wrong.append(f"JSON: p, interval, level and verdict of {level}: {tested}")
            if not decided and (tested["verdict"] == "equal") is not (low > -1 and high < 1):
                self.wrong.append(f"JSON: equal within a point: {tested}")
            if not -100 <= low <= high <= 100:
                self.wrong.append(f"JSON: an impossible limit: {tested}")

    def contradictions(self, held_out: int) -> list[str]:
        """Returns what is wrong with surfaces by themselves, and what they say against each other."""
        wrong = list(self.wrong)
        for (surface, claims), (rival, others) in itertools.product(self.claims.items(), repeat=2):
            wrong += [
                f"{level}: {surface} has {first} better than {other}, {rival} the other way round"
                for level, first, other in claims.better
                if (level, other, first) in others.better
            ]
            for answer, (named, against) in {
                "better": (claims.better | {(at, b, a) for at, a, b in claims.better}, others.equal | others.unknown),
                "equal": (claims.equal, others.unknown),
            }.items():
                wrong += [f"{pair}: {answer} by {surface}, not by {rival}" for pair in named & against]
            if held_out < 20 and (claims.better or claims.equal):
                wrong.append(f"{surface}: a verdict from {held_out} held-out reviews")
        return wrong


def contradictions(store: RunStore, record: Record) -> list[str]:
    """Returns what surfaces say of a record against each other, and against themselves."""
    surfaces = Surfaces(written(store, record), Evidence(store))
    surfaces.read_pages(store)
    surfaces.read_judge()
    surfaces.read_commands()
    return surfaces.contradictions(record.held_out)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, prepared_cache: Path) -> Iterator[Callable[[], RunStore]]:
    folder = tmp_path_factory.mktemp("cache")
    (folder / "reviews").symlink_to(prepared_cache / "reviews")
    opened: list[RunStore] = []

    def empty() -> RunStore:
        if opened:
            opened.pop().close()
        for file in folder.glob("runs.db*"):
            file.unlink()
        opened.append(RunStore(folder / "runs.db"))
        return opened[0]

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(CACHE_VARIABLE, str(folder))
        yield empty
        if opened:
            opened.pop().close()


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(records)
def test_no_two_surfaces_contradict_each_other(fresh: Callable[[], RunStore], record: Record) -> None:
    assert contradictions(fresh(), record) == []


@pytest.mark.thorough
@settings(max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
@given(records)
def test_no_two_surfaces_contradict_each_other_in_a_thousand_records(
    fresh: Callable[[], RunStore], record: Record
) -> None:
    assert contradictions(fresh(), record) == []
