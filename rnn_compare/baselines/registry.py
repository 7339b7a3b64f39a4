"""The baselines that the files of this package declare."""

from collections.abc import Mapping

from rnn_compare import baselines
from rnn_compare.baselines.classifier import Classifier
from rnn_compare.discovery import declared

BASELINES: Mapping[str, Classifier] = {
    baseline.name: baseline
    for baseline in sorted(declared(baselines.__name__, Classifier), key=lambda baseline: baseline.position)
}
"""Every baseline by its name, the simplest first."""
