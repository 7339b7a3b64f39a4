from tests.kit.servers import Server, listening


def test_only_an_order_on_the_command_line_opens_the_page_to_others(guarded: Server, lecture: Server) -> None:
    """Workers listen nowhere: ``tests/cli/test_sweep.py``."""
    for server, address in ((guarded, "127.0.0.1"), (lecture, "0.0.0.0")):
        assert listening(server.process) == {(address, int(server.host.split(":")[1]))}, "nothing but the page"
    assert lecture.ask("GET", "/", Host="hall.university.example")[0] == 200, (
        "a machine has any name in its own network"
    )
