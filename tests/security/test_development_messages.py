"""Streamlit's messages for developers do nothing here, whoever sends them: nothing is written, read or cleared."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from .conftest import PASS, Forger, Server, serving


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("BROWSER", "true")  # a command that does nothing
    return folder


@pytest.fixture
def on_a_laptop(home: Path, prepared_cache: Path, tmp_path: Path) -> Iterator[Server]:  # noqa: ARG001  # it is set first
    """A guarded server as its presenter starts it, who is asked what Streamlit asks developers."""
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(f'[presenter]\npassword = "{PASS}"')
    with serving(tmp_path, prepared_cache, f"--secrets.files={secrets}", "--server.headless=false") as server:
        yield server


def test_forged_messages_of_developers_write_nothing_and_are_not_answered(on_a_laptop: Server, home: Path) -> None:
    operations = [BackMsg(), BackMsg()]
    operations[0].backend_operation_request.dismiss_skills_nudge.SetInParent()
    operations[1].backend_operation_request.install_skills.SetInParent()
    others = [BackMsg(load_git_info=True), BackMsg(clear_cache=True), BackMsg(set_run_on_save=True)]
    with Forger(on_a_laptop) as visitor:
        visitor.rerun()
        before = _files(home)
        for message in (*operations, *others):
            visitor.connection.send(message.SerializeToString())
        answers = set()
        for _ in range(2):  # by then whatever the messages began has ended
            visitor.rerun()
            answers |= {message.WhichOneof("type") for message in visitor.messages}
        assert not answers & {"backend_operation_response", "git_info_changed"}
        assert _files(home) == before


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}
