"""What a release says of itself, in the files where people and programs look for it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnn_compare import __version__, paths
from rnn_compare.report.html_report import origin

PROJECT = Path(__file__).resolve().parent.parent


def test_citation_and_changelog_name_the_version_and_its_day() -> None:
    citation = (PROJECT / "CITATION.cff").read_text("utf-8")
    releases = re.findall(r"^## (\d\S+), (\S+)$", (PROJECT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert releases[0][0] == __version__
    assert f"\nversion: {__version__}\ndate-released: {releases[0][1]}\n" in citation


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
