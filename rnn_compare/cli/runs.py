"""The command `runs`: lists what is recorded, names it, deletes it."""

import argparse

from rnn_compare.cli import foreground, output
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import experiment_from
from rnn_compare.formatting import counted
from rnn_compare.paths import delete_files, program
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import UNDO_SECONDS, RunStore


def runs(options: argparse.Namespace) -> int:
    """Prints runs, the oldest first, after naming, deleting or restoring them; returns the exit code."""
    with foreground.open_store() as store:
        everything = foreground.all_runs(store)  # whose program has ended is interrupted, and can be deleted
        for due in store.finish_deletions():
            delete_files(due)
        chosen, note = _chosen(store, everything, options), ""
        if options.delete:
            if working := [run.id for run in chosen if not run.status.ended]:
                raise UserError(f"{working[0]} is still training. Wait for it, or stop it; nothing was deleted.")
            for run in chosen:
                store.delete(run.id)
            note = f"{counted(len(chosen), 'run')} deleted. For {UNDO_SECONDS:.0f} seconds `runs --undo` undoes it."
        elif options.name is not None:
            for run in chosen:
                store.rename(run.id, options.name)
            chosen = store.runs([run.id for run in chosen])
        evidence = Evidence(store)
        if options.json:
            for run in chosen:
                output.json_line({"kind": "deleted" if note else "run", **output.run_json(run, evidence)})
        elif chosen:
            print(*filter(None, [output.runs_table(chosen, evidence), note]), sep="\n")
        else:
            print(f"No runs yet. Train one with `{program()} train`." if store.is_untouched else "No run matches.")
    return 0


def _chosen(store: RunStore, everything: list[Run], options: argparse.Namespace) -> list[Run]:
    names = list(dict.fromkeys(foreground.ids(options.run)))
    if options.undo:
        names = store.deleted()
        store.restore()
    if not names and (options.undo or options.delete or options.name is not None):
        nothing = f"No run was deleted within the last {UNDO_SECONDS:.0f} seconds."
        raise UserError(nothing if options.undo else f"Which runs? Name them, as `{program()} runs` lists them.")
    cells = [experiment_from({"cell": cell}).cell for cell in options.cell or ()]  # an unknown one gets a sentence
    return [
        run
        for run in (map(store.run, names) if names else everything)
        if run.experiment.cell in (cells or [run.experiment.cell]) and run.status in (options.status or [run.status])
    ]
