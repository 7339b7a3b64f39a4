import json
from pathlib import Path

import pytest

from rnn_compare.cli.main import main
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.sources import own_texts
from tests.cli.conftest import Answer

CONTENT = "state;what was written\n" + "".join(
    f"open;Ticket {number}: the printer is broken\nclosed;Ticket {number}: thanks\n" for number in range(30)
)
SMALL = ["--units", "4", "--maxlen", "10", "--embedding-size", "4", "--vocabulary-size", "100"]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    Path("tickets.csv").write_text(CONTENT)


def test_a_file_is_read_and_summarized_and_then_known_by_its_name_as_is_one_in_the_cache(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def printed(source: str, *options: str) -> tuple[str, str]:
        assert main(["parameters", "--source", source, *options, *SMALL]) == 0
        return capsys.readouterr()

    out, err = printed("tickets.csv")
    assert "tickets.csv: 60 texts, 30 'closed' and 30 'open', read as texts-tickets-" in err
    assert "embedding" in out.lower()
    (own_texts.folder() / "other.csv").write_text(CONTENT)
    for source in ("tickets.csv", "other.csv", "texts-other", err.split(" read as ")[1].strip(". \n")):
        out, err = printed(source, "--json")
        assert err == ""
        assert all(json.loads(line) for line in out.splitlines())
    assert [name.rpartition("-")[0] for name in own_texts.names()] == ["texts-other", "texts-tickets"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("missing.csv", "cannot be read (No such file or directory)"),
        ("bad.csv", "Row 62: 'pending' is a third label"),
        (".", "source is '.'; it must be one of"),
        ("~nobody/x.csv", "cannot be read"),
        ("..csv", "cannot be read"),
        ("texts-missing", "source is 'texts-missing'; it must be one of"),
        ("x" * 5_000, "it must be one of"),
        ("x" * 5_000 + ".csv", "cannot be read (File name too long)"),
        ("/dev/zero", "it must be one of"),
        ("loop.csv", "Too many levels of symbolic links"),
        ("zero.csv", "is a folder or a device"),
    ],
)
def test_a_file_that_cannot_be_used_gets_a_sentence(source: str, message: str, refusal: Answer) -> None:
    Path("zero.csv").symlink_to("/dev/zero")
    Path("loop.csv").symlink_to("loop.csv")
    Path("bad.csv").write_text(f"{CONTENT}pending;Ticket 99\n")
    for command in ("train", "sweep", "baselines", "parameters"):
        assert message in refusal(command, "--source", source)
