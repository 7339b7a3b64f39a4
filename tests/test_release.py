"""What a release says of itself, in the files where people and programs look for it."""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VERSION = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]


def test_citation_and_changelog_name_the_version_and_its_day() -> None:
    citation = (PROJECT / "CITATION.cff").read_text("utf-8")
    releases = re.findall(r"^## (\d\S+), (\S+)$", (PROJECT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert releases[0][0] == VERSION
    assert f"\nversion: {VERSION}\ndate-released: {releases[0][1]}\n" in citation


def test_the_forges_workflow_runs_the_readmes_two_commands() -> None:
    workflow = (PROJECT / ".github/workflows/tests.yml").read_text("utf-8")
    [page] = re.findall(r"```sh\n(python3 .*streamlit run app.py)\n```", (PROJECT / "README.md").read_text("utf-8"))
    assert page in workflow
    assert "run: bash .ci/run\n" in workflow  # which runs the other as it stands in the README
