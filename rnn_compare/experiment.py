"""`Experiment`: the complete description of one training, and the declaration of every setting."""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from rnn_compare.cells.registry import GROUP as CELLS
from rnn_compare.discovery import origin
from rnn_compare.feedforward.feedforward import Feedforward
from rnn_compare.feedforward.registry import GROUP as WITHOUT_RECURRENCE
from rnn_compare.feedforward.registry import NETWORKS, network, without_recurrence
from rnn_compare.formatting import listed
from rnn_compare.glossary import TERMS
from rnn_compare.sources import registry

Optimizer = Literal["rmsprop", "adam", "sgd"]
Schedule = Literal["constant", "cosine", "exponential"]
RecurrentInitializer = Literal["orthogonal", "glorot_uniform", "identity"]
InitialGates = Literal["constant", "chrono"]

_RECORDED = {"recorded": True}  # the context of validation of an experiment on record, whose source may be gone


@dataclass(frozen=True)
class Setting:
    """The declaration of a field of ``Experiment`` for pages, command line and tables; its help is the description.

    Attributes:
        label: Its name in widgets and tables.
        group: Its heading.
        step: Step of its number input.
        format: Format of its number input; None for as many digits as the step has.
        stops: The values that its slider offers, if it stops at some only.
        none: The word for None.
        fused: Whether fused layers train other values than the default; None for all but an optimizer's argument.
        of_optimizer: Whether it is an argument of Keras' optimizer.
        curve: The property of ``Experiment`` through which it decides a network's curve, itself if empty; None if a
            curve, or at least its first epoch, stays the same, or changes only as with another seed.
    """

    label: str
    group: Literal["main", "layers", "training", "data", "expert"]
    step: float = 1
    format: str | None = None
    stops: tuple[int, ...] = ()
    none: str = ""
    fused: bool | None = None
    of_optimizer: bool = False
    curve: str | None = ""


class Experiment(BaseModel):
    """Everything that decides what one training does. The defaults are the book's.

    Chollet, *Deep Learning with Python* (2018), section 6.2: ``Embedding(10000, 32)``, one recurrent
    layer of 32 units, ``Dense(1, sigmoid)``; rmsprop, binary cross-entropy, 10 epochs, batches of 128,
    ``validation_split=0.2``.

    Example:
        >>> Experiment(cell="LSTM", units=64).label
        'LSTM(64)'
        >>> Experiment().training_reviews, Experiment().validation_reviews
        (20000, 5000)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cell: Annotated[str, Setting("Cell type", "main")] = Field(
        default="SimpleRNN", description="The recurrent layer, or a network without recurrence."
    )
    units: Annotated[int, Setting("Units", "main", stops=(1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 256, 512))] = Field(
        default=32, ge=1, le=512, description="Size of a recurrent layer's state; width of networks without recurrence."
    )
    maxlen: Annotated[
        int, Setting("maxlen", "main", step=50, stops=(1, 5, 10, 20, 50, 100, 150, 200, 300, 400, 500, 750, 1000))
    ] = Field(default=500, ge=1, le=1000, description=f"Longer reviews are cut at the start. {TERMS['padding']}")
    epochs: Annotated[int, Setting("Epochs", "main", curve=None)] = Field(
        default=10, ge=1, le=100, description=TERMS["epoch"]
    )

    embedding_size: Annotated[int, Setting("Embedding size", "layers")] = Field(
        default=32, ge=1, le=512, description="Length of each word's vector."
    )
    vocabulary_size: Annotated[int, Setting("Vocabulary size", "data", step=1000)] = Field(
        default=10_000, ge=100, le=88_000, description="Most frequent words kept; rarer ones become unknown."
    )
    layers: Annotated[int, Setting("Layers", "layers")] = Field(
        default=1, ge=1, le=3, description="Stacked recurrent layers."
    )
    bidirectional: Annotated[bool, Setting("Bidirectional", "layers")] = Field(
        default=False, description="Read reviews in both directions."
    )
    mask_padding: Annotated[bool, Setting("Mask padding", "layers")] = Field(
        default=False, description="Skip padding (mask_zero)."
    )
    dropout: Annotated[float, Setting("Dropout", "layers", step=0.1)] = Field(
        default=0.0, ge=0.0, le=0.9, description="Share of the layer's inputs dropped in training."
    )
    recurrent_dropout: Annotated[float, Setting("Recurrent dropout", "expert", step=0.1, fused=False)] = Field(
        default=0.0, ge=0.0, le=0.9, description="Share of the state dropped in training."
    )
    recurrent_initializer: Annotated[RecurrentInitializer, Setting("Recurrent initializer", "layers")] = Field(
        default="orthogonal", description="Keras' initializer of the recurrent kernel."
    )
    forget_bias: Annotated[float | None, Setting("Forget bias", "layers", none="the cell's own", curve="gate_bias")] = (
        Field(
            default=None,
            ge=-10.0,
            le=10.0,
            description="Initial bias of LSTM's forget or GRU's update gate; higher keeps the state longer. None: the "
            "cell's own (LSTM 1, signedMinGRU ln 3, others 0).",
        )
    )
    initial_gates: Annotated[InitialGates, Setting("Initial gates", "expert", curve="gate_bias")] = Field(
        default="constant",
        description="Initial bias of the gates that keep the state: constant (the forget bias), or chrono: drawn for "
        "each unit so that it forgets over 2 to maxlen words (Tallec and Ollivier 2018).",
    )
    optimizer: Annotated[Optimizer, Setting("Optimizer", "training")] = Field(
        default="rmsprop", description="Keras' optimizer."
    )
    learning_rate: Annotated[
        float,
        Setting("Learning rate", "training", 0.0005, "%.5f", fused=True, of_optimizer=True),
    ] = Field(default=0.001, ge=1e-6, le=1.0, description="Step size of the optimizer.")
    clipnorm: Annotated[float | None, Setting("clipnorm", "expert", 0.5, none="off", fused=True, of_optimizer=True)] = (
        Field(default=None, ge=0.001, le=1000.0, description="Largest gradient norm per weight tensor.")
    )
    schedule: Annotated[Schedule, Setting("Schedule", "expert", curve=None)] = Field(
        default="constant", description="Learning rate over the epochs."
    )
    patience: Annotated[int, Setting("Patience", "expert", curve=None)] = Field(
        default=0, ge=0, le=100, description="Stop after this many epochs without a lower validation loss; 0: never."
    )
    batch_size: Annotated[int, Setting("Batch size", "training")] = Field(
        default=128, ge=1, le=2048, description="Reviews per optimizer step."
    )
    validation_split: Annotated[float, Setting("Validation split", "data", step=0.05, curve="training_reviews")] = (
        Field(default=0.2, ge=0.01, le=0.9, description="Share of the reviews held out, at the end.")
    )
    test_split: Annotated[float, Setting("Test split", "data", step=0.05, curve="training_reviews")] = Field(
        default=0.0, ge=0.0, le=0.5, description="Share set aside first, to test after training."
    )
    vary_split: Annotated[bool, Setting("Vary split", "expert", curve=None)] = Field(
        default=False, description="The seed also chooses the held-out reviews."
    )
    reviews: Annotated[int, Setting("Reviews", "data", step=1000, curve="training_reviews")] = Field(
        default=registry.DEFAULT.size, ge=10, description="Reviews used, before the split."
    )
    seed: Annotated[int, Setting("Seed", "training", curve=None)] = Field(
        default=1, ge=0, le=2**31 - 1, description="Sets the initial weights and every shuffle."
    )
    source: Annotated[str, Setting("Source", "data", curve="corpus")] = Field(
        default=registry.DEFAULT.name, validate_default=True, description="Where the reviews come from."
    )
    distance: Annotated[int, Setting("Distance", "data", step=10, curve="corpus")] = Field(
        default=0,
        ge=0,
        le=900,
        description="Tasks only: words between the deciding word and the end; or words of the longest text. "
        "0 otherwise.",
    )
    stock_layers: Annotated[bool, Setting("Stock Keras layers", "layers", fused=False, curve=None)] = Field(
        default=False, description="Trains with Keras' own recurrent layers: the same results but for rounding, slower."
    )

    @field_validator("cell")
    @classmethod
    def _is_a_network(cls, name: str) -> str:
        if name not in NETWORKS:
            raise PydanticCustomError("unknown", "There is no network called {name}.", {"name": name[:40]})
        return name

    @field_validator("dropout", "recurrent_dropout", "test_split", "forget_bias")
    @classmethod
    def _has_one_zero(cls, number: float | None) -> float | None:
        return 0.0 if number == 0 else number  # -0.0 is the same setting as 0.0

    @model_validator(mode="before")
    @classmethod
    def _source_and_network_decide(cls, values: Any, info: ValidationInfo) -> Any:
        """Fills in the source's defaults and current version, and drops settings without effect on the network."""
        if isinstance(values, dict) and isinstance(name := values.get("source"), str) and info.context is not _RECORDED:
            values = values | {"source": registry.current(name)}
        if isinstance(values, dict) and registry.is_known(values.get("source")):
            origin = registry.source(values["source"])
            values = {"reviews": origin.size, "distance": origin.distance} | values
        if isinstance(values, dict) and values.get("cell") in NETWORKS:
            values = {name: values[name] for name in values if name not in network(values["cell"]).meaningless}
        return values

    @field_validator("source")
    @classmethod
    def _holds_the_reviews(cls, name: str, info: ValidationInfo) -> str:
        if info.context is _RECORDED:
            return name
        if not registry.is_known(name):
            raise PydanticCustomError("unknown", "There is no source called {name}.", {"name": name[:40]})
        if info.data.get("reviews", 0) > registry.source(name).size:
            raise PydanticCustomError("too_many_reviews", "The source has fewer reviews.")
        return name

    @field_validator("distance")
    @classmethod
    def _suits_the_source(cls, distance: int, info: ValidationInfo) -> int:
        name = info.data.get("source")
        if info.context is not _RECORDED and registry.is_known(name):
            tasks = [task for task in registry.SOURCES if registry.source(task).distance]
            if name in tasks and not distance:
                raise ValueError(f"distance is 0; {name} needs one: a number of words.")
            if distance and name not in tasks:
                raise ValueError(f"distance is {distance}; only {listed(tasks)} have one.")
        return distance

    @model_validator(mode="after")
    def _settings_fit_together(self, info: ValidationInfo) -> Self:
        if info.context is not _RECORDED and (words := registry.source(self.dataset).longest) > self.maxlen:
            raise ValueError(
                f"A maxlen of {self.maxlen} cuts off a deciding word: at distance {self.distance} the texts of "
                f"{self.source} have up to {words} words; set maxlen to {words} or more."
            )
        if self.initial_gates == "chrono" and self.forget_bias is not None:
            raise ValueError(
                f"A forget_bias of {self.forget_bias} and initial_gates chrono set the same bias; leave one out."
            )
        if (shortest := network(self.cell).shortest) > self.maxlen:
            raise ValueError(f"A maxlen of {self.maxlen} is too short for {self.cell}; set it to {shortest} or more.")
        if not 0 < self.training_reviews < self.reviews - self.test_reviews:
            raise ValueError(
                f"A validation_split of {self.validation_split} leaves one side of {self.reviews} reviews empty; use "
                "more reviews or another split."
            )
        return self

    @property
    def dataset(self) -> str:
        """The name of its reviews for ``prepared.load`` and ``registry.source``."""
        return registry.dataset(self.source, self.distance)

    @property
    def corpus(self) -> str:
        """The collection that its reviews belong to."""
        return registry.corpus(self.dataset)

    @property
    def test_reviews(self) -> int:
        """The number of reviews, the last ones, for a test after training; a source may have test reviews too."""
        return int(self.reviews * self.test_split)

    @property
    def training_reviews(self) -> int:
        """The number of reviews trained on, as by Keras' ``validation_split``."""
        return int((self.reviews - self.test_reviews) * (1.0 - self.validation_split))

    @property
    def validation_reviews(self) -> int:
        """The number of reviews held out for validation."""
        return self.reviews - self.test_reviews - self.training_reviews

    @property
    def label(self) -> str:
        """The short name shown in legends, such as ``LSTM(32)`` or ``2 × bidirectional GRU(16)``."""
        name = self.without_recurrence.title.capitalize() if self.without_recurrence else self.cell
        name = f"{'bidirectional ' if self.bidirectional else ''}{name}({self.units})"
        return f"{self.layers} × {name}" if self.layers > 1 else name

    @property
    def without_recurrence(self) -> Feedforward | None:
        """The network without recurrence; None if it is recurrent."""
        return without_recurrence(self.cell)

    @property
    def from_packages(self) -> dict[str, str]:
        """Its parts that an installed package brought, such as ``cell JANET``, and the package with its version."""
        parts = {"cell": (CELLS, self.cell), "network": (WITHOUT_RECURRENCE, self.cell)}
        parts["source"] = registry.GROUP, self.source
        return {f"{kind} {part[1]}": place.distribution for kind, part in parts.items() if (place := origin(*part))}

    @property
    def skips_padding(self) -> bool:
        """Whether padding is skipped: as set, or always by this network."""
        return self.mask_padding or bool(self.without_recurrence and self.without_recurrence.skips_padding)

    def has(self, setting: str) -> bool:
        """Tells whether a setting has an effect on the network."""
        return setting not in network(self.cell).meaningless

    @property
    def gate_bias(self) -> float | str | None:
        """The initial bias of the gate that keeps the state, or ``chrono``; None if there is no such gate."""
        layout = network(self.cell)
        if isinstance(layout, Feedforward) or not layout.keeping_gate:
            return None
        bias = layout.forget_bias if self.forget_bias is None else self.forget_bias
        return bias if self.initial_gates == "constant" else self.initial_gates

    @property
    def reads_forward(self) -> bool:
        """Whether the states of a word do not depend on later words."""
        return not (self.bidirectional or self.without_recurrence)

    @property
    def setting(self) -> str:
        """A hash of all fields but the seed; defaults do not count, so that a new field does not change it."""
        fields = self.model_dump_json(exclude={"seed"}, exclude_defaults=True)
        return hashlib.sha256(fields.encode()).hexdigest()[:16]


def recorded_experiment(text: str) -> Experiment:
    """Returns an experiment from its record in JSON, even if its source is gone."""
    return Experiment.model_validate_json(text, context=_RECORDED)
