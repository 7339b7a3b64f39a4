"""One trained network in a notebook: its run, its curves, its weights, what it makes of texts."""

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from rnn_compare.cli import output
from rnn_compare.cli.foreground import output_file
from rnn_compare.cli.networks import NO_WORD, network_content
from rnn_compare.comparison.groups import Group, one_each
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import several
from rnn_compare.networks import parameters as counts
from rnn_compare.networks.parameters import Parameters
from rnn_compare.networks.weights import Weights
from rnn_compare.paths import Which
from rnn_compare.runs import network_file
from rnn_compare.runs.record import Run

if TYPE_CHECKING:
    import pandas as pd

    from rnn_compare.explain.prediction import ReviewPrediction


@dataclass(frozen=True)
class Network:
    """One trained network and its recorded run: ``run.id``, ``run.experiment``, ``run.epochs``, ``run.best``, …"""

    run: Run

    def __hash__(self) -> int:
        return hash(self.run.id)

    def __repr__(self) -> str:
        return f"{self.run.title} ({self.run.id}): {output.progress_text(self.run)}"

    def _repr_html_(self) -> str:
        return output.progress_table(one_each([self.run])).html()

    @property
    def parameters(self) -> Parameters:
        """Its parameter counts."""
        return counts.parameters(self.run.experiment)

    @property
    def curves(self) -> "pd.DataFrame":
        """A row for each epoch, as in ``Networks.curves``."""
        return curves(one_each([self.run]))

    history = curves  # Keras' name

    def summary(self) -> None:
        """Prints Keras' summary of the network; its parameter counts, if it was trained without Keras."""
        print(self.run.summary or self.parameters)

    def weights(self, which: Which = "best") -> Weights:
        """Returns its weights as NumPy arrays by their paths in Keras, such as ``lstm/lstm_cell/kernel``."""
        from rnn_compare.explain.prediction import run_weights

        return {path: array.copy() for path, array in run_weights(self.run, which).items()}

    @overload
    def predict(self, text: str, which: Which = "best") -> "ReviewPrediction": ...  # type: ignore[overload-overlap]  # a str is one text
    @overload
    def predict(self, text: Iterable[str | None], which: Which = "best") -> "pd.DataFrame": ...
    def predict(self, text: str | Iterable[str | None], which: Which = "best") -> "ReviewPrediction | pd.DataFrame":
        """Returns its prediction for a review: ``label``, ``probability`` of being positive, and more.

        For several reviews, such as a column of a table, it returns a row for each, with the column's index: ``text``,
        ``label``, ``probability`` and ``warning``, which is empty or says why a prediction means little, or why there
        is none. The label is missing where no word is known, and the probability too where there is no word.
        """
        from rnn_compare.explain.prediction import ask, run_weights

        if isinstance(text, str):
            return ask(self.run, text, which)
        import pandas as pd

        if hasattr(text, "columns"):
            raise UserError("A table has several columns. Give the one with the texts, such as table['text'].")
        run_weights(self.run, which)  # without any, no text has a prediction
        texts = text if isinstance(text, pd.Series) else pd.Series(several(text), dtype=object)
        rows = [self._row(None if missing else text, which) for text, missing in zip(texts, texts.isna(), strict=True)]
        return pd.DataFrame(rows, texts.index, ["text", "label", "probability", "warning"])

    def _row(self, text: str | None, which: Which) -> tuple[str | None, str | None, float, str]:
        from rnn_compare.explain.prediction import ask

        try:
            prediction = ask(self.run, text or " ", which)  # an empty text would be answered as none is
        except UserError as error:
            if text is None or isinstance(text, str):
                return text, None, math.nan, str(error)
            raise
        if prediction.knows_no_word:
            return text, None, prediction.probability, NO_WORD
        return text, prediction.label, prediction.probability, prediction.warning

    def read(self, text: str, which: Which = "best") -> "pd.DataFrame":
        """Returns a row for each word: ``word``, ``known``, ``probability`` after it, ``change`` of the log-odds."""
        import numpy as np
        import pandas as pd

        from rnn_compare.cells.formula import sigmoid
        from rnn_compare.explain.prediction import encode, run_weights
        from rnn_compare.explain.word_by_word import read

        experiment = self.run.experiment
        reading = read(experiment, run_weights(self.run, which), encode(experiment, text))
        return pd.DataFrame(
            {
                "word": [token.word for token in reading.words],
                "known": [token.state == "known" for token in reading.words],
                "probability": sigmoid(reading.logits[1:]),
                "change": np.diff(reading.logits),
            }
        )

    def lengths(self, which: Which = "best") -> "pd.DataFrame":
        """Returns its accuracy by length: ``words``, ``accuracy``, ``texts``, ``repeated`` among the training texts.

        In a task up to eight times the longest length in training, which is ``attrs["trained_up_to"]``.
        """
        import pandas as pd

        from rnn_compare.explain.accuracy_by_length import accuracy_by_length
        from rnn_compare.explain.prediction import run_weights

        lengths = accuracy_by_length(self.run.experiment, run_weights(self.run, which))
        table = pd.DataFrame(lengths.points)
        table.attrs["trained_up_to"] = lengths.trained_up_to
        return table

    def keras_model(self, which: Which = "best") -> Any:
        """Returns it as a compiled stock Keras model; imports TensorFlow, which takes seconds."""
        from rnn_compare.explain.prediction import run_weights

        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from rnn_compare.networks import keras_models

        model = keras_models.build(self.run.experiment)
        keras_models.set_weights(model, run_weights(self.run, which))
        return model

    def save(self, file: str, which: Which = "best") -> None:
        """Writes it as one file, ``FILE.npz``, that ``load`` and a browser's page read.

        Raises ``UserError`` if it has no weights, or the file cannot be written.
        """
        output.write_file(output_file(file, f"network{network_file.ENDING}"), network_content(self.run, which)[0])

    def plain_script(self) -> str:
        """Returns a Python file that trains it with NumPy alone, to be read from top to bottom.

        Raises ``UserError`` for a network with settings that the file does without, such as dropout.
        """
        from rnn_compare.networks.plain_script import plain_script

        return plain_script(self.run.experiment)


def curves(groups: Iterable[Group]) -> "pd.DataFrame":
    """Returns a row for each epoch of each run."""
    import pandas as pd

    return pd.DataFrame(
        [
            {"run": run.id, "network": group.name, "seed": run.experiment.seed, "epoch": epoch.epoch}
            | dict(epoch.figures)
            | {"seconds": epoch.seconds}
            for group in groups
            for run in group.runs
            for epoch in run.epochs
        ]
    )
