"""What baselines tell of a task where which words stand there decides nothing."""

import numpy as np

from rnn_compare.comparison.baselines import Baseline
from rnn_compare.server.known_baselines import meaning


def reached(name: str, accuracy: float) -> Baseline:
    return Baseline(name, 1.0, 10, np.arange(1000) < 1000 * accuracy, None)


def test_where_bags_guess_the_page_does_not_say_that_order_matters_little() -> None:
    said = meaning([reached("majority", 0.5), reached("words", 0.51), reached("bigrams", 0.49)])
    assert "beat guessing" in said
    assert "matters little" not in said


def test_where_a_bag_knows_everything_it_says_so() -> None:
    said = meaning([reached("majority", 0.5), reached("words", 1.0), reached("bigrams", 1.0)])
    assert "no better than single words" in said
