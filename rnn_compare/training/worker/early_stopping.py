"""Early stopping by the rule of Keras' ``EarlyStopping``, from the recorded epochs alone.

Keras' callback counts while it trains and forgets when a run is broken off; this looks at what was measured.
"""

from collections.abc import Sequence

from rnn_compare.runs.events import EpochEnd


def out_of_patience(epochs: Sequence[EpochEnd], patience: int) -> bool:
    """Tells whether the validation loss has not come below its lowest for as many epochs as patience lasts.

    Args:
        epochs: All finished epochs.
        patience: In epochs; 0 lasts for ever.

    Example:
        >>> losses = (0.5, 0.4, 0.41, 0.4)
        >>> epochs = [EpochEnd("a", n, {"val_loss": loss}, 1.0) for n, loss in enumerate(losses, 1)]
        >>> [out_of_patience(epochs, patience) for patience in (0, 2, 3)]
        [False, True, False]
    """
    if not (patience and epochs):
        return False
    lowest = min(epochs, key=lambda epoch: epoch["val_loss"])
    return len(epochs) - lowest.epoch >= patience
