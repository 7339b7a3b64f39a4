"""Machines that SSH reaches: each an ``sshd`` of its own on this one, with keys and a home folder of the test's."""

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import psutil

from tests.cluster.written import PLACES, elsewhere, end_all, kill_tree
from tests.kit.servers import PROJECT, free_port
from tests.kit.waiting import until

SERVER = """
ListenAddress 127.0.0.1
Port {port}
HostKey {home}/host_key
AuthorizedKeysFile {home}/.ssh/id_ed25519.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
SetEnv {variables}
"""
CLIENT = """
Host {name}
  HostName 127.0.0.1
  Port {port}
"""


class Machines:
    """Machines that share a home folder, as those of a university often do."""

    def __init__(self, home: Path, names: Sequence[str]) -> None:
        self._home, self._names = home, names
        self.environment = elsewhere(HOME=str(home))
        self._servers: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        sshd = shutil.which("sshd", path=PLACES)  # it wants to be called by its whole path
        assert sshd is not None
        settings = self._home / ".ssh"
        settings.mkdir()
        for key in (self._home / "host_key", settings / "id_ed25519"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # as Debian's service does before it starts one
        host_key = " ".join((self._home / "host_key.pub").read_text().split()[:2])
        for name in self._names:
            port = free_port()
            configuration = self._home / f"{name}.sshd_config"
            configuration.write_text(SERVER.format(port=port, home=self._home, variables=self._variables()))
            with (settings / "config").open("a") as config, (settings / "known_hosts").open("a") as known:
                config.write(CLIENT.format(name=name, port=port))
                known.write(f"[127.0.0.1]:{port} {host_key}\n")
            with (self._home / f"{name}.log").open("wb") as log:
                command = [sshd, "-D", "-e", "-f", str(configuration)]
                self._servers[name] = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
            until(partial(_listens, port))

    def switch_off(self, name: str) -> None:
        server = self._servers[name]
        kill_tree(psutil.Process(server.pid))
        server.wait()

    def _variables(self) -> str:
        # What is compiled is found again, as on machines that have been used before. The program is as if installed;
        # the `env` of docs/cluster.md would be too late for that, since Dask sets it in a worker that has begun.
        caches = {name: os.environ[name] for name in ("NUMBA_CACHE_DIR", "PYTHONPYCACHEPREFIX")}
        variables = {"HOME": str(self._home), "PYTHONPATH": str(PROJECT), **caches}
        return " ".join(f'"{name}={value}"' for name, value in variables.items())

    def end(self) -> None:
        for name in self._servers:
            if self._servers[name].poll() is None:
                self.switch_off(name)
        end_all(self._home)


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    return False
