"""The bag of bigrams: which words and which pairs of neighbouring words a review holds."""

from functools import partial

from rnn_compare.baselines.bags import fit_bags
from rnn_compare.baselines.classifier import Classifier

BIGRAMS = Classifier("bigrams", "Bag of bigrams", position=30, fit=partial(fit_bags, longest=2))
