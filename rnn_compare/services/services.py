"""The record of runs, the engine that trains, and results computed once for all viewers."""

import contextlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any

from rnn_compare.comparison.baselines import shared_baselines
from rnn_compare.comparison.evidence import Evidence, known_labels
from rnn_compare.comparison.findings import Finding, findings
from rnn_compare.comparison.groups import groups, with_older_repeats
from rnn_compare.comparison.inference.accuracies import Judging
from rnn_compare.comparison.verdicts import usual_basis
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.runs.estimate import History
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.shipped import add_shipped
from rnn_compare.runs.store import RunStore
from rnn_compare.services.curtain import Curtain
from rnn_compare.services.known_baselines import KnownBaselines
from rnn_compare.services.machine_speed import MachineSpeed
from rnn_compare.services.replays import Replays
from rnn_compare.services.snapshot import Made, Snapshot
from rnn_compare.sources.registry import is_known
from rnn_compare.training.dispatcher import in_order
from rnn_compare.training.engine import Engine
from rnn_compare.training.local.cluster import worker_count
from rnn_compare.training.local.first_use import FirstUse

HIDDEN_NOTICE = "The lecture's networks are hidden until its reveal."
"""Replaces hidden runs."""
KEPT_CONCLUSIONS = 100
"""Conclusions in the cache; the oldest are dropped first."""
FIRST_START_VARIABLE = "RNN_COMPARE_FIRST_START"
"""With 0, a first start imports no shipped comparisons, prepares nothing in advance and measures no speed."""
FIRST_PAGE_VARIABLE = "RNN_COMPARE_FIRST_PAGE_SECONDS"
"""Replaces ``FIRST_PAGE_SECONDS`` in tests."""
FIRST_PAGE_SECONDS = 3.0
"""Time that the first page has the machine to itself before the workers import TensorFlow."""


class Services:
    """The record of runs and the engine that trains.

    Args:
        curtain: Returns what hides runs until a lecture's reveal.

    Attributes:
        reporting: Lock for reports, which are made one at a time.
    """

    def __init__(self, store: RunStore, engine: Engine, curtain: Callable[[], Curtain]) -> None:
        self.store, self.engine, self.curtain = store, engine, curtain
        self._reading = threading.RLock()  # reentrant: a listener to the class may read the runs
        self._latest: Snapshot | None = None
        self.evidence = Evidence(store, lambda run: self.curtain().state().hides(run))
        self._concluded: OrderedDict[Hashable, Any] = OrderedDict()  # each key has a type of its own
        self.baselines = KnownBaselines(engine)
        self.replays = Replays(store.path.with_name("replay.json"))
        self.machine_speed = MachineSpeed(engine, store)
        self.first_use = FirstUse()
        self.reporting = threading.Lock()

    @classmethod
    def start(cls, path: Path, curtain: Callable[[], Curtain], somebody_there: Callable[[], bool]) -> "Services":
        """Opens the record and starts the engine, without waiting for its workers.

        Raises ``UserError`` if the record cannot be used.
        """
        store = RunStore(path)
        _import_recordings(store)
        engine = Engine(store, "page", somebody_there=somebody_there)
        engine.start(after=float(os.environ.get(FIRST_PAGE_VARIABLE, FIRST_PAGE_SECONDS)))
        services = cls(store, engine, curtain)
        if os.environ.get(FIRST_START_VARIABLE) != "0":
            if engine.scheduler is None:
                services.first_use.start(lambda: not all(run.epochs for run in store.unfinished(engine.owner)))
            services.machine_speed.measure_once(after=services.first_use.wait)
        return services

    @property
    def valid_snapshot(self) -> Snapshot | None:
        """The last snapshot if it is still valid; never waits."""
        latest = self._latest
        return latest if latest and not latest.is_stale and latest.state is self.curtain().state() else None

    def snapshot(self) -> Snapshot:
        """Returns all runs, less than half a second old; a change of what is hidden takes effect at once."""
        with self._reading:
            if (snapshot := self.valid_snapshot) is None:
                # The runs before the state: one that is hidden meanwhile must not be shown.
                snapshot = Snapshot(self.store.runs(), self.curtain().state(), self.replays.latest)
            self._latest = snapshot
            return snapshot

    def runs(self) -> list[Run]:
        """Returns the runs that may be shown, oldest first."""
        return self.snapshot().runs

    def all_runs(self) -> list[Run]:
        """Returns all runs, also hidden ones, of which a lecture shows the progress."""
        return self.snapshot().all_runs

    def submit_hidden(self, experiments: Sequence[Experiment]) -> list[str]:
        """Starts trainings, ahead of all others, that are hidden until the reveal; returns their ids.

        They are hidden before they exist, in case the server is killed in between, and nobody reads the record then.
        """
        with self._reading:
            started = self.engine.submit(experiments, priority=1, beforehand=self.curtain().hide)
            self._latest = None
        return started

    def hide(self, runs: Sequence[str]) -> None:
        """Hides recorded runs until the reveal."""
        with self._reading:
            self.curtain().hide(runs)
            self._latest = None

    def require_shown(self, *runs: str) -> None:
        """Raises ``UserError`` if one of the runs is hidden; call it before every download.

        A download may have been offered before its runs were hidden.
        """
        if any(map(self.curtain().state().hides, self.store.runs(runs))):
            raise UserError(HIDDEN_NOTICE)

    def refresh(self) -> None:
        """Makes the next snapshot read the record again."""
        with self._reading:
            self._latest = None

    def findings(self, snapshot: Snapshot, runs: Sequence[Run]) -> list[Finding]:
        """Returns the findings on the curves of runs."""
        waits = waits_for_reviews(runs)
        return self.conclusion("findings", snapshot, runs, lambda: findings(runs, self.evidence, waits))

    def accuracies(self, snapshot: Snapshot, runs: Sequence[Run]) -> dict[str, tuple[Judging, list[float]]]:
        """Returns the accuracies of networks that have ended, as the verdict compares them, by each's first run."""

        def conclude() -> dict[str, tuple[Judging, list[float]]]:
            if waits_for_reviews(runs):
                return {}
            measure = usual_basis([group for group in groups(runs) if group.ended], self.evidence)
            ended = [group for group in with_older_repeats(runs) if group.ended]
            by_run = ((group.runs[0].id, self.evidence.accuracies(group, measure)) for group in ended)
            return {run: (measure, shares) for run, shares in by_run if shares}

        return self.conclusion("accuracies", snapshot, runs, conclude)

    def conclusion(self, what: str, snapshot: Snapshot, runs: Sequence[Run], conclude: Callable[[], Made]) -> Made:
        """Returns a conclusion from runs, computed once for all viewers and again after further epochs.

        Args:
            snapshot: All runs: others of the same settings contribute to the spread over seeds, so the cache's key
                holds the id and state of all that have ended; their number would miss that six others took their place.
            conclude: Computes the conclusion, which is not None and must not be changed.
        """
        ended = snapshot.cached("ended", _ended)
        experiments = [run.experiment for run in runs]
        ids = (run.id for run in runs)
        has_baselines = snapshot.cached(("baselines", *ids), lambda _: bool(shared_baselines(experiments)))
        # Baselines, and labels once a recording's reviews are prepared, allow further conclusions.
        labelled = [known_labels(run.experiment, "validation") is not None for run in runs]
        states = ((run.id, run.name, run.status, len(run.epochs), run.test) for run in runs)
        key = (what, ended, has_baselines, *labelled, *states)
        conclusion: Made | None = self._concluded.get(key)
        if conclusion is None:
            conclusion = self._concluded[key] = conclude()
            while len(self._concluded) > KEPT_CONCLUSIONS:
                self._concluded.popitem(last=False)
        return conclusion

    @property
    def parallel_runs(self) -> int:
        """Number of networks that can train at once: workers of this machine, or ready workers of the cluster."""
        if self.engine.scheduler is None:
            return worker_count()
        return max(1, sum(worker.ready for worker in self.engine.workers()))

    def seconds(self, experiments: Sequence[Experiment]) -> float:
        """Estimates the seconds that experiments take if nothing else trains."""
        return self.history(self.snapshot()).total_seconds(experiments, self.parallel_runs)

    def history(self, snapshot: Snapshot) -> History:
        """Returns timings of the runs that may be shown, for estimates."""
        speed = self.machine_speed.current
        return snapshot.cached(("history", speed), lambda snapshot: History(snapshot.runs, speed))

    def start_times(self, snapshot: Snapshot) -> dict[str, float]:
        """Returns the estimated seconds until each queued run of this server starts, by id, the next first."""
        return snapshot.cached("start times", self._start_times)

    def _start_times(self, snapshot: Snapshot) -> dict[str, float]:
        own = [run for run in snapshot.all_runs if run.owner == self.engine.owner]
        running = [run for run in own if run.status is Status.RUNNING]
        if not (waiting := in_order(own)):
            return {}
        return History(snapshot.all_runs, self.machine_speed.current).start_times(waiting, running, self.parallel_runs)

    def close(self) -> None:
        """Stops the engine and its workers and closes the record."""
        self.machine_speed.close()
        self.first_use.close()
        self.engine.close()
        self.store.close()


def _ended(snapshot: Snapshot) -> frozenset[Hashable]:
    return frozenset((run.id, run.status, len(run.epochs), run.test) for run in snapshot.runs if run.status.ended)


def waits_for_reviews(runs: Sequence[Run]) -> bool:
    """Returns whether a verdict waits for reviews that are still being prepared."""
    return any(
        run.is_from_elsewhere and is_known(run.experiment.source) and known_labels(run.experiment, "validation") is None
        for run in runs
    )


def _import_recordings(store: RunStore) -> None:
    if os.environ.get(FIRST_START_VARIABLE) == "0" or not store.is_untouched:
        return
    with contextlib.suppress(UserError):  # a full disk: only the examples are missing
        add_shipped(store)
