"""Ten terms, each explained in a sentence: help where a term first stands, never text on the screen."""

from html import escape

TERMS = {
    "epoch": "An epoch is one pass over all training reviews.",
    "held-out": "Held-out reviews are never trained on: they show how a network does on reviews that are new to it.",
    "seed": "The seed starts the random numbers of a training: its initial weights and the order of its reviews.",
    "gate": "A gate is a number from 0 (closed) to 1 (open) for each unit; it scales what is kept, added or passed on.",
    "state": "The state is a number for each unit that the cell hands on from word to word.",
    "carry": "The carry is LSTM's second state: gates scale it and add to it, so that it can last for many words.",
    "padding": "Short reviews are padded: zeros in front of them bring every review to maxlen positions.",
    "parameter": "A parameter is a number that training adjusts, a weight or a bias.",
    "overfitting": "A network overfits when it still improves on its training reviews, but no longer on held-out ones.",
    "interval": "The interval holds the differences that the data allow; 95 % of such intervals hold the true one.",
}
"""A sentence for each term."""


def explained(term: str, text: str = "") -> str:
    """Returns a term as HTML that shows its sentence to whoever points at it, taps it or comes by keyboard.

    Args:
        term: A key of ``TERMS``.
        text: What stands on the screen, if it is not the term itself.

    Example:
        >>> explained("epoch", "Epochs")
        '<abbr title="An epoch is one pass over all training reviews." tabindex="0">Epochs</abbr>'
    """
    return f'<abbr title="{escape(TERMS[term])}" tabindex="0">{escape(text or term)}</abbr>'
