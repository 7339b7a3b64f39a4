"""The page *Cluster*: the workers that train, their memory and their present work."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from rnn_compare.dashboard.components import load_styles, ticking
from rnn_compare.errors import UserError
from rnn_compare.formatting import counted
from rnn_compare.paths import page_command
from rnn_compare.runs.record import Run
from rnn_compare.server import visitor
from rnn_compare.server.app import current_app
from rnn_compare.services.services import Services
from rnn_compare.table import Entry, Table
from rnn_compare.training.protocol import SCHEDULER_VARIABLE, WorkerInfo

LOOK_SECONDS = 2.0
NEARLY_FULL = 0.85


def render() -> None:
    """Draws the page, which names machines: where a presenter's pass is set, for the presenter only."""
    load_styles("dashboard/assets/pages/cluster.css")
    st.markdown("## Cluster")
    if reason := visitor.why_not():
        st.info(reason, icon=":material/lock:")
        return
    ticking(_workers, LOOK_SECONDS, current_app().services())
    st.markdown(
        "### Train on a cluster\nGive its Dask scheduler's address at the start. `docs/cluster.md` covers Slurm, "
        "Kubernetes, SSH and certificates."
    )
    st.code(f"{SCHEDULER_VARIABLE}=tls://scheduler.example.org:8786 {page_command()}", language="bash")


def _workers(services: Services) -> None:
    engine = services.engine
    where = f"on the cluster <code>{escape(engine.scheduler)}</code>" if engine.scheduler else "on this machine"
    st.html(f"<p>Training runs {where}.</p>")
    if engine.state.reason:
        st.warning(engine.state.reason, icon=":material/error:")
    try:
        workers = engine.workers()
    except UserError as error:
        st.warning(str(error))
        return
    if workers:
        runs = {run.id: run for run in services.all_runs()}  # hidden runs, too, keep workers busy
        waiting = sum(run.status == "queued" and run.owner == engine.owner for run in runs.values())
        st.html(table(workers, runs).html("rc-workers"))
        st.caption(f"{counted(len(workers), 'worker')}, {counted(waiting, 'network')} waiting.")
    elif not engine.state.reason:
        st.caption("The workers are starting.")


def table(workers: Sequence[WorkerInfo], runs: Mapping[str, Run]) -> Table:
    """Returns the workers; ``runs`` holds all runs by their ids."""
    rows = [
        (Entry(number, small=worker.name), _memory(worker), doing(worker, runs))
        for number, worker in enumerate(workers, 1)
    ]
    return Table(("Worker", "Memory", "Now"), rows)


def doing(worker: WorkerInfo, runs: Mapping[str, Run]) -> str:
    """Returns a worker's state in words."""
    if worker.problem:
        return worker.problem
    if not worker.ready:
        return "starting"
    run = runs.get(worker.run or "")
    if run is None:
        return "idle"
    if run.status.ended:
        return f"finishing {run.title}"
    epoch = min(len(run.epochs) + 1, run.experiment.epochs)
    return f"training {run.title}, epoch {epoch} of {run.experiment.epochs}"


def _memory(worker: WorkerInfo) -> Entry:
    used = worker.memory / 1e9
    if not worker.memory_limit:
        return Entry(f"{used:.1f} GB")
    share = min(worker.memory / worker.memory_limit, 1.0)
    full = "rc-nearly-full" if share > NEARLY_FULL else ""
    return Entry(small=f"{used:.1f} of {worker.memory_limit / 1e9:.1f} GB", share=share, kind=full)
