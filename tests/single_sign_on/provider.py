"""The real provider, run beside a test, and a browser's part at it."""

import html
import http.cookiejar
import json
import os
import re
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

from tests.conftest import ROOT
from tests.engines.postgresql import free_port

CLIENT, SECRET = "review", "a:secret+of%the/client"
ROLES = "admins=operator, teams/annotators=contractor, leads=lead"


class Provider:
    """`accounts` gives the claims of each name that somebody can type at the provider's sign-in page."""

    def __init__(self, folder: Path, site: str, port: int) -> None:
        self.file, self.site, self.issuer = folder / "provider.json", site, f"http://127.0.0.1:{port}"
        self.accounts: dict[str, dict[str, Any]] = {}
        self.port = port
        self.write()

    def write(self) -> None:
        self.file.write_text(
            json.dumps(
                {
                    "port": self.port,
                    "client": CLIENT,
                    "secret": SECRET,
                    "redirect_uri": f"{self.site}/sign-in/provider/return/",
                    "logout_uri": f"{self.site}/sign-in/provider/ended/",
                    "accounts": self.accounts,
                }
            )
        )

    def lists(self, subject: str, *groups: str, **claims: Any) -> None:
        """From now on this person is in these groups."""
        self.accounts[subject] = {"groups": list(groups), **claims}
        self.write()

    def settings(self) -> dict[str, Any]:
        """The site's settings for this provider."""
        return {
            "OIDC_ISSUER": self.issuer,
            "OIDC_CLIENT_ID": CLIENT,
            "OIDC_CLIENT_SECRET": SECRET,
            "OIDC_ROLES": [tuple(pair.split("=")) for pair in ROLES.split(", ")],
        }


@contextmanager
def running(folder: Path, site: str) -> Iterator[Provider]:
    """The provider for a site at this address, until the end."""
    provider = Provider(folder, site, free_port())
    node = ROOT / ".venv" / "bin" / "node"
    command = [str(node), "tests/single_sign_on/provider.mjs", str(provider.file)]
    with (folder / "provider.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, start_new_session=True
        )
        assert process.stdout
        try:
            started = process.stdout.readline()
            assert started == b"listening\n", (folder / "provider.log").read_text()
            yield provider
        finally:
            os.killpg(process.pid, signal.SIGTERM)  # node is a child of the command
            process.wait(10)
            process.stdout.close()


class _Stop(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Browser:
    """Somebody's browser at the provider, cookies and forms; it stops where the provider sends it back to the site."""

    def __init__(self) -> None:
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(_Stop, urllib.request.HTTPCookieProcessor(jar))

    def sign_in(self, address: str, name: str, site: str) -> str:
        """Follows the provider's pages from the authorization address, typing the name; where it is sent back to."""
        data: bytes | None = None
        for _ in range(20):
            if address.startswith(site):
                return address
            status, location, page = self._get(address, data)
            if status in {302, 303}:
                address, data = urljoin(address, location), None
                continue
            assert status == 200, (status, address, page[:2000])
            action = re.search(r'<form[^>]*action="([^"]+)"', page)
            assert action, page
            address = urljoin(address, html.unescape(action[1]))
            fields = dict(re.findall(r'<input[^>]*name="(prompt)"[^>]*value="([^"]*)"', page))
            if 'name="login"' in page:
                fields |= {"login": name, "password": "anything"}
            data = urlencode(fields).encode()
        raise AssertionError(f"no way back from {address}")

    def _get(self, address: str, data: bytes | None) -> tuple[int, str, str]:
        try:
            answer = self.opener.open(address, data, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()


def variables(provider: Provider, folder: Path) -> dict[str, str]:
    """The environment of the site's programs for this provider."""
    secret = folder / "client-secret"
    secret.write_text(SECRET)
    return {
        "OIDC_ISSUER": provider.issuer,
        "OIDC_CLIENT_ID": CLIENT,
        "OIDC_CLIENT_SECRET_FILE": str(secret),
        "OIDC_ROLES": ROLES,
        "OIDC_NAME": "Example House",
    }
