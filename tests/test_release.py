"""What a release says of itself, in the files where people and programs look for it."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from docs import command_line
from rnn_compare import __version__, paths
from rnn_compare.cli.main import main
from rnn_compare.report.html_report import origin

PROJECT = Path(__file__).resolve().parent.parent


PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
RANGES = [Requirement(line) for line in PYPROJECT["project"]["dependencies"]]


def test_citation_changelog_and_command_name_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    citation = (PROJECT / "CITATION.cff").read_text("utf-8")
    releases = re.findall(r"^## (\d\S+), (\S+)$", (PROJECT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert releases[0][0] == __version__
    assert f"\nversion: {__version__}\ndate-released: {releases[0][1]}\n" in citation
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"rnn-compare {__version__}\n"


def test_a_release_has_at_most_ten_lines_under_each_heading() -> None:
    newest = (PROJECT / "CHANGELOG.md").read_text("utf-8").split("\n## ")[1]
    sections = newest.split("\n**")[1:]
    assert sections
    lines = {text.partition("**")[0]: sum(map(bool, text.splitlines()[1:])) for text in sections}
    assert max(lines.values()) <= 10, lines


def test_a_wheel_asks_for_a_range_of_each_direct_dependency_and_the_lock_lies_in_it() -> None:
    wanted = [
        Requirement(line.partition(" #")[0])
        for line in (PROJECT / "requirements.in").read_text("utf-8").splitlines()
        if not line.startswith("#")
    ]
    assert sorted(_name(required) for required in RANGES) == sorted(_name(required) for required in wanted)
    locked = re.findall(r"^(\S+)==(\S+)", (PROJECT / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    for required in RANGES:
        operators = {bound.operator for bound in required.specifier}
        assert {">=", "<"} <= operators <= {">=", "<", "!="}, required
        versions = [
            version for package, version in locked if canonicalize_name(package) == canonicalize_name(required.name)
        ]
        assert versions, required
        assert all(required.specifier.contains(version) for version in versions), (required, versions)


def _name(required: Requirement) -> tuple[str, str]:
    return canonicalize_name(required.name), str(required.marker)


def test_the_page_on_the_command_line_has_the_options_of_its_parsers(monkeypatch: pytest.MonkeyPatch) -> None:
    page = command_line.PAGE.read_text("utf-8")
    for columns in ("40", "200"):
        monkeypatch.setenv("COLUMNS", columns)
        assert command_line.page_with_options(page) == page, "run python -m docs.command_line"


def test_the_forges_workflow_runs_the_readmes_two_commands() -> None:
    workflow = (PROJECT / ".github/workflows/tests.yml").read_text("utf-8")
    [page] = re.findall(r"```sh\n(python3 .*streamlit run app.py)\n```", (PROJECT / "README.md").read_text("utf-8"))
    assert page in workflow
    assert "run: bash .ci/run\n" in workflow  # which runs the other as it stands in the README


@pytest.fixture(params=["checkout", "wheel"])
def published(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An address in the project's metadata, as in a checkout or installed from a wheel."""
    address = "https://forge.example/rnn-compare"
    if request.param == "checkout":
        addresses = f'Repository = "{address}"\nPlayground = "{address}/tab"\n'
        (tmp_path / "pyproject.toml").write_text(f"[project.urls]\n{addresses}")
        monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "rnn_compare")
    else:
        metadata = tmp_path / "rnn_compare-0.1.0.dist-info" / "METADATA"
        metadata.parent.mkdir()
        metadata.write_text(
            f"Name: rnn-compare\nProject-URL: Homepage, https://x.example\nProject-URL: Repository, {address}\n"
            f"Project-URL: Playground, {address}/tab\n"
        )
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(paths, "_INSTALLED_PAGE", metadata)
    for cached in (paths.repository, paths.playground_address):
        cached.cache_clear()
    yield address
    for cached in (paths.repository, paths.playground_address):
        cached.cache_clear()


def test_take_home_pages_name_where_the_program_is_published(published: str) -> None:
    assert f'<a href="{published}">{published}</a>' in origin()
    assert paths.playground_address() == f"{published}/tab"


def test_every_file_names_the_published_address_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "_INSTALLED_PAGE", PROJECT / "none")
    address = paths.repository()
    cited = re.findall(r"^repository-code: (\S+)$", (PROJECT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    cloned = re.findall(r"git clone (https\S+)", (PROJECT / "README.md").read_text("utf-8"))
    assert (cited, cloned) == (([address], [address]) if address else ([], []))
    assert (origin() != "") == bool(address)
