"""Networks with as many recurrent parameters as a chosen one."""

import bisect
from collections.abc import Sequence

from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import experiment_from
from rnn_compare.networks.parameters import parameters
from rnn_compare.settings import bounds


def match_parameters(reference: Experiment, cells: Sequence[str]) -> list[Experiment]:
    """Returns for each cell the network whose recurrent layers come nearest in parameters to the reference's.

    Embedding and Dense do not count; without recurrence, all layers between them do. All other settings are the
    reference's; its own cell gives that network again. Of two equally near networks the smaller is taken.
    """
    wanted = parameters(reference).recurrent
    low, high = map(int, bounds("units"))

    def nearest(cell: str) -> Experiment:
        def count(units: int) -> int:
            return parameters(_with(reference, cell=cell, units=units)).recurrent

        enough = bisect.bisect_left(range(high), wanted, low, key=count)
        units = min(range(max(low, enough - 1), enough + 1), key=lambda units: abs(count(units) - wanted))
        return _with(reference, cell=cell, units=units)

    return list(map(nearest, cells))


def _with(experiment: Experiment, **changed: object) -> Experiment:
    return experiment_from(experiment.model_dump() | changed)  # drops settings that mean nothing to another network
