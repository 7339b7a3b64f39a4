"""Sign-in by OpenID Connect with a real provider on loopback: there, back, and out again, in a real browser."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.kit.servers import free_port
from tests.kit.visits import settle

from .conftest import Ports, adapted, behind_nginx, documented
from .openid import CERTIFIED, SMALL, OpenIdProvider, address

LISTED = "lecturer@university.example"


@dataclass(frozen=True)
class Course:
    """A page below a path, and the provider that it trusts."""

    url: str
    provider: OpenIdProvider

    def sign_in(self, page: Page, email: str) -> None:
        settle(page)  # the sidebar grows once the reviews are prepared, and a box that is open stays where it was
        page.get_by_role("button", name="Presenter").click()
        page.get_by_role("button", name="Sign in with your university").click()
        self.provider.sign_in(page, email)
        page.wait_for_url(f"{self.url}**")


@pytest.fixture(scope="module", params=["small", pytest.param("certified", marks=pytest.mark.places)])
def course(
    request: pytest.FixtureRequest, prepared_cache: Path, ports: Ports, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Course]:
    """Behind nginx and TLS, told of the provider by the documented secrets file."""
    provider = {"small": SMALL, "certified": CERTIFIED}[request.param]
    folder, port = tmp_path_factory.mktemp("sign_in"), free_port()
    own = {"https://rnn.university.example/course/": ports.course, "https://login.university.example": address(port)}
    (folder / "secrets.toml").write_text(adapted(documented("toml", "[auth]"), own))
    with (
        provider.running(folder, port, f"{ports.course}oauth2callback", (LISTED,)),
        behind_nginx(folder, prepared_cache, ports, f"--secrets.files={folder / 'secrets.toml'}"),
    ):
        yield Course(ports.course, provider)


def test_a_listed_address_is_the_presenter_until_it_signs_out(course: Course, page: Page) -> None:
    train = page.get_by_role("button", name="Train again")
    page.goto(course.url)
    expect(train).to_be_disabled()
    course.sign_in(page, LISTED)
    expect(train).to_be_enabled()
    page.get_by_role("button", name="Presenter").click()
    page.get_by_role("button", name="Sign out").click()
    course.provider.sign_out(page)
    page.wait_for_url(f"{course.url}**")
    expect(train).to_be_disabled()
