"""A Slurm of three nodes, all of them on this machine, and its munge; an installed Slurm is left alone."""

import getpass
import secrets
import subprocess
from pathlib import Path

from tests.cluster.written import PLACES, elsewhere, end_all
from tests.kit.servers import free_port
from tests.kit.waiting import until

NODES = ("node1", "node2", "node3")
PATIENCE = 60.0
CONFIGURATION = """
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
SlurmdParameters=config_overrides
KillWait=10
{nodes}
PartitionName=teaching Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
"""Without cgroups, which a container has none of; nodes are as large as is said, not as the machine is."""


class Slurm:
    """The daemons, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._configuration = folder / "slurm.conf"
        self.environment = elsewhere(SLURM_CONF=str(self._configuration), PATH=PLACES, TMPDIR=str(folder / "scratch"))
        self._daemons: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        for name in ("state", "scratch"):
            (self._folder / name).mkdir()
        key = self._folder / "munge.key"
        key.touch(0o600)
        key.write_bytes(secrets.token_bytes(1024))
        nodes = "\n".join(
            f"NodeName={node} NodeHostname=localhost NodeAddr=127.0.0.1 Port={free_port()} CPUs=1 RealMemory=16000"
            for node in NODES
        )
        self._configuration.write_text(
            CONFIGURATION.format(folder=self._folder, nodes=nodes, port=free_port(), user=getpass.getuser())
        )
        files = {"socket": "socket", "key-file": "key", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
        # Other users may not enter the folder, which munge would have them do; there are none.
        places = [f"--{option}={self._folder}/munge.{ending}" for option, ending in files.items()]
        self._start("munged", "--force", "--foreground", *places)
        until((self._folder / "munge.socket").exists)
        self._start("slurmctld", "-D")
        for node in NODES:
            self._start("slurmd", "-D", "-N", node)
        until(lambda: self.states() == dict.fromkeys(NODES, "idle"))

    def states(self) -> dict[str, str]:
        return dict(line.split() for line in self._say("sinfo", "--noheader", "--Node", "-o", "%N %t").splitlines())

    def jobs(self) -> dict[str, str]:
        lines = self._say("squeue", "--noheader", "--states=PENDING,RUNNING", "-o", "%i,%N").splitlines()
        return dict(line.split(",") for line in lines)

    def drain(self, node: str) -> None:
        """Takes a node out of service: its jobs are ended at once and wait some two minutes for another."""
        self._say("scontrol", "update", f"nodename={node}", "state=drain", "reason=maintenance")
        self._say("scontrol", "requeue", ",".join(job for job, its in self.jobs().items() if its == node))

    def end(self) -> None:
        end_all(self._folder)
        for daemon in self._daemons:
            daemon.wait()

    def _start(self, *command: str) -> None:
        with (self._folder / "daemons.log").open("ab") as log:
            daemon = subprocess.Popen(command, cwd=self._folder, env=self.environment, stdout=log, stderr=log)
        self._daemons.append(daemon)

    def _say(self, *command: str) -> str:
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE)
        return done.stdout
