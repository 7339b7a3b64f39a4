import psutil

from benchmarks.worker_processes import workers_of
from tests.kit.servers import Server, listening
from tests.kit.waiting import until

OWN_MACHINE = ("127.0.0.1", "::1")


def wait_for_workers(process: psutil.Process) -> None:
    until(lambda: workers_of(process))


def test_the_server_listens_on_this_machine_only(guarded: Server) -> None:
    addresses = listening(guarded.process)
    assert (guarded.host.split(":")[0], int(guarded.host.split(":")[1])) in addresses
    assert {address for address, _ in addresses} <= set(OWN_MACHINE), addresses


def test_only_an_order_on_the_command_line_opens_the_page_to_others_and_never_the_workers(hall: Server) -> None:
    wait_for_workers(hall.process)
    addresses = listening(hall.process)
    assert addresses == {("0.0.0.0", int(hall.host.split(":")[1]))}, "nothing but the page"
    assert hall.ask("GET", "/", Host="hall.university.example")[0] == 200, "a machine has any name in its own network"
