"""The networks that the page looks into."""

from dataclasses import dataclass
from html import escape

from rnn_compare.charts.palette import Look
from rnn_compare.dashboard import theme
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


def card(chosen: Chosen, body: str) -> str:
    """Returns a run's card: its title in its colour, and HTML."""
    return theme.card(chosen.title, chosen.look, body)


def problem_card(chosen: Chosen, problem: str) -> str:
    """Returns the card of a run of which there is nothing to show but a sentence."""
    return card(chosen, f'<p class="rc-problem">{escape(problem)}</p>')
