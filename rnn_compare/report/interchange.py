"""Runs as JSON for another copy of the program: plain values, all checked before any is recorded."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import to_json

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment, recorded_experiment
from rnn_compare.formatting import visible
from rnn_compare.networks.weights import Weights
from rnn_compare.report.packed import MAX_EPOCHS, MAX_REVIEWS, Checked, RecordedPredictions, RecordedWeights
from rnn_compare.runs.events import EpochEnd, Predictions, Status
from rnn_compare.runs.record import ELSEWHERE, WEIGHTS, Owner, Run
from rnn_compare.runs.store import MAX_NAME, MAX_NOTE

DATA_ID = "rnn-compare"
"""Id of the report's element that contains the runs."""
MAX_RUNS = 1000
MAX_UNPACKED = 256 * 2**20
"""Bytes of predictions and weights that one report may hold, unpacked."""
_MEASURED_BY_KERAS = frozenset({"accuracy", "loss", "val_accuracy", "val_loss"})
_SOURCE = re.compile(r"[a-z0-9_-]{1,40}")
_ALIKE = ("experiment", "created", "started", "ended", "name", "note", "parameters", "summary")
"""Fields that are equal in a report and in the record."""
_BROKEN_OFF = "It was still training when the report was made."


def _on_one_line(text: str) -> str:
    """Returns a text without line breaks and invisible characters, such as a terminal's commands."""
    return visible(" ".join(text.split()))


def _experiment(values: Any) -> Any:
    return values if isinstance(values, Experiment) else recorded_experiment(to_json(values).decode())


Line = Annotated[str, AfterValidator(_on_one_line)]
Lines = Annotated[str, AfterValidator(lambda text: visible(text, besides="\n\t"))]
RunId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")]
Moment = Annotated[float, Field(ge=0, le=1e11)]
FigureName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Recorded = Annotated[Experiment, PlainValidator(_experiment), PlainSerializer(lambda made: made.model_dump())]


class RecordedEpoch(Checked):
    """One finished epoch."""

    figures: dict[FigureName, Annotated[float, Field(ge=0, le=1e9)]] = Field(max_length=30)
    seconds: float = Field(ge=0, le=1e8)

    @field_validator("figures")
    @classmethod
    def _has_what_keras_measures(cls, figures: dict[str, float]) -> dict[str, float]:
        if missing := sorted(_MEASURED_BY_KERAS - figures.keys()):
            raise ValueError(f"{missing[0]} is missing")
        if wrong := [name for name, value in figures.items() if name.endswith(("accuracy", "auc")) and value > 1]:
            raise ValueError(f"{wrong[0]} is above 1")
        return figures


class RecordedRun(Checked):
    """One run, as in ``runs.record.Run``, without what concerns only the machine that trained it.

    Reports contain no weights, so that earlier versions of the program can import them; recordings contain those of the
    best epoch.
    """

    id: RunId
    comparison: RunId
    experiment: Recorded
    status: Status
    host: Line = Field(max_length=255)
    created: Moment
    started: Moment | None
    ended: Moment | None
    name: Line = Field(max_length=MAX_NAME)
    note: Lines = Field(max_length=MAX_NOTE)
    reason: Line | None = Field(max_length=4000)
    parameters: int | None = Field(ge=0, le=10**12)
    summary: Lines = Field(max_length=50_000)
    versions: dict[Annotated[Line, Field(max_length=60)], Annotated[Line, Field(max_length=500)]] = Field(max_length=60)
    continued: list[Annotated[int, Field(ge=0, le=MAX_EPOCHS)]] = Field(max_length=1000)
    epochs: list[RecordedEpoch] = Field(max_length=MAX_EPOCHS)
    predictions: list[RecordedPredictions] = Field(max_length=2)
    weights: RecordedWeights | None = None

    @model_validator(mode="after")
    def _fits_its_experiment(self) -> Self:
        experiment = self.experiment
        if experiment.reviews > MAX_REVIEWS:
            raise ValueError(f"more than {MAX_REVIEWS:,} reviews")
        if not _SOURCE.fullmatch(experiment.source):
            raise ValueError("the source of its reviews has an invalid name")
        if len(self.epochs) > experiment.epochs:
            raise ValueError("more epochs than planned")
        if len({part.part for part in self.predictions}) < len(self.predictions):
            raise ValueError("duplicate predictions")
        for part in self.predictions:
            held_out = experiment.validation_reviews if part.part == "validation" else experiment.test_reviews
            if part.epochs[-1] > len(self.epochs) or part.reviews != (held_out or part.reviews):
                raise ValueError("predictions for other epochs or reviews")
        accuracies = [epoch.figures["val_accuracy"] for epoch in self.epochs]
        if self.weights is not None and accuracies[self.weights.epoch - 1 :][:1] != [max(accuracies, default=0.0)]:
            raise ValueError("weights of another epoch than its best")
        return self

    @property
    def size(self) -> int:
        """Bytes of its predictions and weights, unpacked."""
        predictions = sum(part.size for part in self.predictions)
        return predictions + (self.weights.size(self.experiment) if self.weights else 0)

    @classmethod
    def of_run(cls, run: Run, predictions: Sequence[Predictions], weights: Weights | None = None) -> Self:
        """Returns a run for a report; one that is still training is recorded as interrupted."""
        return cls(
            **{name: getattr(run, name) for name in (*_ALIKE, "id", "comparison", "versions")},
            status=run.status if run.status.ended else Status.INTERRUPTED,
            host=run.owner.host,
            reason=run.reason if run.status.ended else _BROKEN_OFF,
            continued=list(run.continued),
            epochs=[RecordedEpoch(figures=dict(epoch.figures), seconds=epoch.seconds) for epoch in run.epochs],
            predictions=[
                RecordedPredictions.of_epochs(epochs)
                for part in ("validation", "test")
                if (epochs := [epoch for epoch in predictions if epoch.part == part])
            ],
            weights=RecordedWeights.of_weights(run.best.epoch, weights) if weights and run.best else None,
        )

    def run(self, run_id: str, comparison: str) -> Run:
        """Returns the run for this program's record, under another id."""
        versions = {name: version for name, version in self.versions.items() if name != WEIGHTS}
        if self.weights is not None:
            versions[WEIGHTS] = f"of epoch {self.weights.epoch}, in half precision"
        return Run(
            **{name: getattr(self, name) for name in (*_ALIKE, "status", "reason")},
            id=run_id,
            position=0,
            comparison=comparison,
            owner=Owner(0, 0.0, self.host),
            origin=ELSEWHERE,
            versions=versions,
            continued=tuple(self.continued),
            epochs=tuple(
                EpochEnd(run_id, number, epoch.figures, epoch.seconds) for number, epoch in enumerate(self.epochs, 1)
            ),
        )


class RecordedRuns(Checked):
    """The runs of a report, for another copy of the program.

    Attributes:
        format: To be raised whenever earlier versions would misread the content.
        made: Time of the report, in seconds since 1970.
        runs: In the order of the report.
    """

    format: Literal[1]
    made: Moment
    runs: list[RecordedRun] = Field(min_length=1, max_length=MAX_RUNS)

    @model_validator(mode="after")
    def _is_no_bomb(self) -> Self:
        if len({run.id for run in self.runs}) < len(self.runs):
            raise ValueError("two runs with one id")
        if sum(run.size for run in self.runs) > MAX_UNPACKED:
            raise ValueError(f"more than {MAX_UNPACKED // 2**20} MB of predictions and weights")
        return self


def dump_runs(runs: Sequence[tuple[Run, Sequence[Predictions]]], made: float) -> str:
    """Returns runs as JSON without ``<``, for a page's ``<script>``."""
    recorded = RecordedRuns(format=1, made=made, runs=[RecordedRun.of_run(*run) for run in runs])
    return recorded.model_dump_json(exclude={"runs": {"__all__": {"weights"}}}).replace("<", "\\u003c")


def load_runs(content: str | bytes) -> RecordedRuns:
    """Returns the runs in a JSON text.

    Raises:
        UserError: If it is no such text, or has a value that this program would not write.

    Example:
        >>> load_runs('{"format": 1, "made": 0, "runs": []}')
        Traceback (most recent call last):
        ...
        rnn_compare.errors.UserError: The report cannot be imported: runs: List should have at least 1 item ...
    """
    try:
        return RecordedRuns.model_validate_json(content)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = _on_one_line(".".join(map(str, wrong["loc"])))[:80]
        what = _on_one_line(wrong["msg"].removeprefix("Value error, ").rstrip("."))[:200]
        raise UserError(
            f"The report cannot be imported: {place or 'file'}: {what}. Nothing was recorded. Ask for the original "
            "file."
        ) from None
