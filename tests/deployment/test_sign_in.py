"""Sign-in by OpenID Connect with a provider on loopback: there, back, and out again, in a real browser."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.kit.servers import free_port, started
from tests.kit.visits import settle

from .conftest import NAME, adapted, behind_nginx, documented

LISTED = "lecturer@university.example"


@pytest.fixture(scope="module")
def course(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page behind nginx and TLS, told of the provider by the documented secrets file."""
    folder, port, provider_port = tmp_path_factory.mktemp("sign_in"), free_port(), free_port()
    address = f"https://{NAME}:{port}/course/"
    provider = f"http://127.0.0.1:{provider_port}"
    own = {"https://rnn.university.example/course/": address, "https://login.university.example": provider}
    (folder / "secrets.toml").write_text(adapted(documented("toml", "[auth]"), own))
    user = json.dumps({"sub": LISTED, "email": LISTED, "email_verified": True})
    command = [sys.executable, "-m", "oidc_provider_mock", f"--port={provider_port}", f"--user-claims={user}"]
    with (
        started(command, folder / "provider.log", f"{provider}/.well-known/openid-configuration"),
        behind_nginx(folder, prepared_cache, port, f"--secrets.files={folder / 'secrets.toml'}"),
    ):
        yield address


def test_a_listed_address_is_the_presenter_until_it_signs_out(course: str, page: Page) -> None:
    train = page.get_by_role("button", name="Train again")
    page.goto(course)
    expect(train).to_be_disabled()
    settle(page)  # the sidebar grows once the reviews are prepared, and a box that is open stays where it was
    page.get_by_role("button", name="Presenter").click()
    page.get_by_role("button", name="Sign in with your university").click()
    page.get_by_role("button", name=LISTED).click()
    page.wait_for_url(f"{course}**")
    expect(train).to_be_enabled()
    page.get_by_role("button", name="Presenter").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/end_session**")  # until then the first button is one of the program's own page
    page.get_by_role("button").first.click()
    page.wait_for_url(f"{course}**")
    expect(train).to_be_disabled()
