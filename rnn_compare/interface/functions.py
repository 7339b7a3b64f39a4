"""The functions of `import rnn_compare as rc`: train, sweep, load and list networks, count parameters, baselines."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast, get_args

from rnn_compare.cli import output
from rnn_compare.cli.foreground import path, record
from rnn_compare.cli.setting_options import source_name, warn_of_settings_without_effect
from rnn_compare.cli.sweep import start
from rnn_compare.comparison.baselines import BASELINE_SETTINGS, baseline_table
from rnn_compare.comparison.baselines import baselines as results_of
from rnn_compare.comparison.sweeps import survey, varied
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import comparison, experiment_from, grid, several
from rnn_compare.formatting import listed
from rnn_compare.interface.trained_network import Network
from rnn_compare.interface.trained_networks import Networks, trained
from rnn_compare.networks import parameters as counts
from rnn_compare.networks.parameters import Parameters
from rnn_compare.presets import BOOK
from rnn_compare.runs import network_file
from rnn_compare.runs.checkpoint import interrupt_orphans
from rnn_compare.settings import takes_settings
from rnn_compare.table import Table

if TYPE_CHECKING:
    import pandas as pd

ALWAYS_LISTED = ("source", "units", "maxlen", "seed", "epochs")
"""Settings with a column in ``runs`` also where they do not differ."""
NUMBERS: dict[Any, tuple[type | tuple[type, ...], str]] = {
    int: (int, "a whole number, such as 3"),
    float: ((int, float), "a number, such as 0.2"),
    bool: (int, "True or False"),
}
"""What Python takes for a setting of each type; a command line and an address have text alone."""

# What takes long to import is imported where it is needed, and Keras in a notebook only for its own models.

if TYPE_CHECKING:

    class Compared(Experiment):
        """The settings of a comparison, of which some may have several values."""

        cell: str | Iterable[str] = ""  # type: ignore[assignment]  # several cells, where a network has one
        units: int | Iterable[int] = 0  # type: ignore[assignment]  # several sizes
        maxlen: int | Iterable[int] = 0  # type: ignore[assignment]  # several lengths
        seed: int | Iterable[int] = 0  # type: ignore[assignment]  # several trainings
        seeds: int = 0
        progress: bool = True

else:
    Compared = Experiment


@takes_settings(Compared)
def train(
    cell: str | Iterable[str] = BOOK.cells, *, seeds: int | None = None, progress: bool = True, **settings: Any
) -> Networks:
    """Trains one network for each cell × units × maxlen × seed, several at once, and shows their progress.

    Interrupting (Ctrl-C, or a notebook's stop button) stops them; finished epochs are kept and returned.

    Args:
        cell: One or several networks.
        seeds: A number of seeds, the first of which is ``seed``; particular ones are several values of ``seed``.
        progress: Whether to show how far they are.
        settings: Others, such as ``units`` and ``epochs``, one value or several of each; ``source`` may be a file of
            your own texts, ``FILE.csv``.

    Raises:
        UserError: If a setting is out of bounds, or a network cannot be trained.
    """
    experiments = comparison(**_checked({"cell": cell, "seeds": seeds, **settings}, progress))
    return trained(lambda engine: engine.submit(experiments), progress)


@takes_settings(cast("Callable[..., object]", Experiment))
def sweep(
    cell: str | Iterable[str] = BOOK.cells,
    *,
    seeds: int | None = None,
    again: bool = False,
    progress: bool = True,
    **settings: Any,
) -> Networks:
    """Trains one network for each combination of values, as the command ``sweep``; ``frame()`` has the results.

    Finished runs of the same settings are reused, interrupted ones continue, those of another program are awaited.

    Args:
        cell, seeds, progress: As in ``train``.
        again: Whether to train everything again, finished runs too.
        settings: One value or several of each.

    Raises:
        UserError: If a setting is out of bounds, there are too many combinations, or not everything was trained.

    Example:
        ``rc.sweep(["LSTM", "GRU"], units=[16, 32], dropout=[0, 0.2], seeds=3).frame()``
    """
    experiments = grid(_checked({"cell": cell, "seeds": seeds, **settings}, progress))
    store = record()
    interrupt_orphans(store)
    earlier = [] if again else store.runs()
    before = survey(experiments, earlier)
    ids = {run.id for run in earlier}
    if not before.is_complete:
        ids.update(trained(partial(start, before), progress).ids)
    now = survey(experiments, store.runs(ids))
    return Networks(store, [now.runs[experiment].id for experiment in now.experiments if experiment in now.runs])


def load(*ids: "str | Network | Iterable[str | Network]") -> Networks:
    """Returns recorded runs by their ids, one or several, also those trained on the page.

    The name of a network's file, ``FILE.npz``, as a browser's page or ``network.save`` writes it, adds it to the record
    as a run from elsewhere. Networks that were trained or loaded before are taken as they are recorded now.

    Raises:
        UserError: If there is no such run, or the file is no network's.
    """
    names = [entry.run.id if isinstance(entry, Network) else str(entry) for value in ids for entry in several(value)]
    if not names:
        raise UserError("No run was named. Name at least one, as `rc.runs()` lists them.")
    store = record()
    return Networks(
        store,
        [
            network_file.add(store, path(name)) if name.endswith(network_file.ENDING) else store.run(name).id
            for name in names
        ],
    )


def runs() -> "pd.DataFrame":
    """Returns a row for each recorded run, the oldest first, with the settings that differ; the index is their ids."""
    import pandas as pd

    from rnn_compare.comparison.evidence import Evidence

    recorded, evidence = record().runs(), Evidence(record())
    settings = dict.fromkeys([*ALWAYS_LISTED, *varied([run.experiment for run in recorded])])
    rows = [
        output.run_json(run, evidence)
        | {"created": datetime.fromtimestamp(int(run.created))}
        | {name: getattr(run.experiment, name) for name in settings}
        for run in recorded
    ]
    return pd.DataFrame(rows).drop(columns="experiment").set_index("run") if rows else pd.DataFrame()


@takes_settings(Experiment)
def parameters(cell: str = BOOK.cells[0], **settings: Any) -> Parameters:
    """Returns the parameter counts of the network with these settings, term by term.

    Example:
        >>> import rnn_compare as rc
        >>> lstm = rc.parameters("LSTM", units=32)
        >>> lstm.total, lstm.layers[1].arithmetic
        (328353, '4 · (32·32 + 32·32 + 32) = 4 · 2,080 = 8,320')
    """
    return counts.parameters(experiment_from(_checked({"cell": cell, **settings})))


def baselines(**settings: Any) -> Table:
    """Returns the accuracies of classifiers that ignore word order, for a split and a vocabulary; takes seconds.

    Args:
        settings: Those that they depend on, by name: ``source``, ``distance``, ``reviews``, ``validation_split``,
            ``test_split``, ``vary_split``, ``vocabulary_size``, ``seed``.

    Returns:
        The command's table; its ``frame()`` has the numbers.

    Raises:
        UserError: If a setting is another one, or out of bounds.
    """
    if others := settings.keys() - set(BASELINE_SETTINGS):
        raise UserError(f"Baselines do not depend on {min(others)[:40]}, only on {listed(list(BASELINE_SETTINGS))}.")
    return baseline_table(results_of(experiment_from(_checked(settings))))


def _checked(settings: Mapping[str, Any], progress: bool = True) -> dict[str, Any]:
    """Returns settings with files of texts imported as sources; says which of them some networks lack.

    Raises ``UserError`` for text where a number is expected: what a program reads from a file is to be converted there.
    """
    for name, values in settings.items():
        field = Experiment.model_fields.get(name)
        declared = int if name == "seeds" else field and field.annotation
        wanted = next((NUMBERS[kind] for kind in (declared, *get_args(declared)) if kind in NUMBERS), None)
        for value in several(values):
            if wanted and value is not None and not isinstance(value, wanted[0]):
                raise UserError(f"{name} is {value!r:.40}; it must be {wanted[1]}.")
    checked = dict(settings)
    if "source" in settings:
        names = [source_name(str(source), as_json=not progress) for source in several(settings["source"])]
        checked["source"] = names if len(names) > 1 else names[0]
    warn_of_settings_without_effect(settings.get("cell", ()), checked)
    return checked
