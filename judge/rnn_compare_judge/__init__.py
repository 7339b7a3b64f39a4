"""Is A better than B, are they equal, or is that not yet known? The verdict on runs of any program.

The modules below are those of the program RNN Compare, from which this package is built; see docs/judge.md there.

Example:
    >>> from rnn_compare_judge import judge
    >>> judge({"LSTM": [0.88, 0.87, 0.89], "SimpleRNN": [0.82, 0.84, 0.83]})
    LSTM is better than SimpleRNN by 5.0 ± 2.4 points (88.0 % and 83.0 % in the mean over seeds).
"""

from .comparison.inference.judge import judge
from .comparison.inference.judgement import Judgement, Pair
from .errors import UserError

__all__ = ["Judgement", "Pair", "UserError", "judge"]
