"""The playground: the shipped comparisons in one page that any host serves, and that trains."""

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.errors import UserError
from rnn_compare.presets import ATTENTION, BOOK, FIRST_WORD, GATES, OPEN_GATES
from rnn_compare.report.contents import gather
from rnn_compare.report.html_report import html
from rnn_compare.runs.shipped import add_shipped, shipped_ids
from rnn_compare.runs.store import RunStore

SHOWN = (BOOK, GATES, ATTENTION, FIRST_WORD, OPEN_GATES)


def playground(store: RunStore) -> str:
    """Returns the page; a record without any run gets the shipped ones first, as at the first start of the dashboard.

    Raises:
        UserError: If a shipped run was deleted from the record.
    """
    if store.is_untouched:
        add_shipped(store)
    evidence, shipped = Evidence(store), {run.experiment: run.id for run in store.runs(shipped_ids())}
    try:
        runs = [[shipped[experiment] for experiment in preset.experiments()] for preset in SHOWN]
    except KeyError as error:
        raise UserError(
            "A shipped run was deleted from the record of runs. Set RNN_COMPARE_CACHE to a new folder, which gets all "
            "of them, and try again."
        ) from error
    return html(*(gather(store, names, evidence) for names in runs), names=[preset.name for preset in SHOWN])
