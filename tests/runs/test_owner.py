import subprocess
import sys

import psutil
import pytest

from rnn_compare.runs.record import SILENT_SECONDS, Owner


def test_a_process_lives_until_it_ends_and_a_zombie_does_not() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    owner = Owner.of_process(psutil.Process(child.pid))
    assert owner.alive(silent_seconds=10**6)
    child.kill()
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        pass
    assert not owner.alive(silent_seconds=0)
    child.communicate()
    assert not owner.alive(silent_seconds=0)


def test_a_later_process_with_the_same_number_is_another_owner() -> None:
    me = Owner.current()
    assert not me._replace(started=me.started - 3600).alive(silent_seconds=0)


@pytest.mark.skipif(not psutil.LINUX, reason="the system call that is put back is Linux' own")
def test_a_clock_that_is_set_makes_no_other_process_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    me, boot_time = Owner.current(), psutil.boot_time()
    # What Linux does when its clock is set an hour ahead: it has booted an hour later.
    monkeypatch.setattr(psutil, "boot_time", lambda: boot_time + 3600)
    monkeypatch.setattr(psutil._pslinux, "boot_time", lambda: boot_time + 3600)
    assert psutil.Process().create_time() > boot_time + 3600
    assert me.alive(silent_seconds=0)


def test_of_a_process_elsewhere_only_its_heartbeat_is_known() -> None:
    elsewhere = Owner(1, 1.0, "another-machine")
    assert elsewhere.alive(silent_seconds=SILENT_SECONDS - 1)
    assert not elsewhere.alive(silent_seconds=SILENT_SECONDS + 1)
