"""The bag of words: which words a review holds, in whatever order."""

from functools import partial

from rnn_compare.baselines.bags import fit_bags
from rnn_compare.baselines.classifier import Classifier

WORDS = Classifier("words", "Bag of words", position=20, fit=partial(fit_bags, longest=1))
