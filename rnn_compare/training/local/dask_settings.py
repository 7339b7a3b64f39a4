"""Dask's settings for this machine's workers, each with its reason; what has no setting is patched."""

from distributed import Worker, scheduler

from rnn_compare.training.local import fork_server
from rnn_compare.training.protocol.workers import DaskObject

HEARTBEAT_SECONDS = 5.0
"""Seconds between two heartbeats of a worker. Dask has two a second while there are few."""
NEVER_SECONDS = 86_400.0
"""A day."""

CONFIGURATION = {
    "distributed.worker.multiprocessing-method": fork_server.METHOD,
    # TensorFlow's own memory would have Dask pause a worker silently; a job's arrays cannot be spilled anyway.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    # A worker that is started anew imports TensorFlow; until then Dask would give it up for lost.
    "distributed.deploy.lost-worker-timeout": "10 minutes",
    # Set for the workers of a cluster; one of this machine's would end for good.
    "distributed.worker.lifetime.duration": None,
    # A clock that is set, or a laptop that was asleep, would have Dask give up all workers as long silent.
    "distributed.scheduler.worker-ttl": None,
    # Samples every thread a hundred times a second, for a dashboard that is off.
    "distributed.worker.profile.enabled": False,
    # A laptop that waits for its lecture is left alone: what Dask looks at many times a second serves its own
    # dashboard, or clusters that move data about.
    "distributed.admin.tick.interval": "60s",
    "distributed.admin.tick.cycle": "60s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.worker.memory.monitor-interval": "2s",
    # Of the last thousand messages of each kind and connection, in which nobody looks anything up.
    "distributed.admin.low-level-log-length": 100,
    # There is a small HTTP server even without a dashboard; nobody needs it.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


def quieten_scheduler(dask_scheduler: DaskObject) -> None:
    """Ends what a scheduler looks at four times a second: whether it should give up for want of work or of workers."""
    scheduler.heartbeat_interval = lambda n: HEARTBEAT_SECONDS  # noqa: ARG005  # the number of workers, by Dask's name
    for name in ("idle-timeout", "no-workers-timeout"):
        dask_scheduler.periodic_callbacks[name].stop()


def quieten_worker(dask_worker: Worker) -> None:
    """Has a worker that begins never look for lost data: what it trains with is in its own files."""
    del dask_worker.periodic_callbacks["find-missing"]
