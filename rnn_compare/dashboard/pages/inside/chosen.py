"""The networks that the page looks into."""

from dataclasses import dataclass

from rnn_compare.charts.palette import Look
from rnn_compare.networks.weights import Weights
from rnn_compare.runs.files import Which
from rnn_compare.runs.record import Run


@dataclass(frozen=True)
class Chosen:
    """One run with the weights that are looked at.

    Attributes:
        run: The run; ``run.experiment`` says what its network is.
        title: Its name on this page, which tells it from the others.
        look: Its colour and marker.
        which: Weights of the best or of the last epoch.
        weights: Those weights.
    """

    run: Run
    title: str
    look: Look
    which: Which
    weights: Weights
