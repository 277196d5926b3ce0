"""Somebody's way to the provider and back, with the test's client and a browser at the provider."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse

from annotations.single_sign_on import exchanges
from annotations.single_sign_on.models import Exchange
from tests.single_sign_on.provider import Browser

SITE = "http://testserver"


def come(name: str, browser: Browser | None = None, client: Client | None = None) -> tuple[Client, Any]:
    """Signs in as far as the site's page after the exchange."""
    client, browser = client or Client(), browser or Browser()
    return client, exchanged(client, browser.sign_in(lead(client, "/account/"), name, SITE))


def lead(client: Client, target: str = "") -> str:
    """Begins a sign-in; where at the provider the site's page leads."""
    return led(client.post(reverse("single_sign_on:begin"), {"next": target}))


def led(answer: Any) -> str:
    """Where a page leads at once."""
    assert answer.status_code == 200
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.content.decode())
    assert found
    return html.unescape(found[1])


def exchanged(client: Client, returning: str) -> Any:
    """The site's page once the code that the provider sent along is exchanged."""
    back = client.get(returning)
    assert back["Location"] == reverse("single_sign_on:wait"), back.content.decode()
    (exchange,) = Exchange.objects.all()
    exchanges.ask_provider(exchange.pk)
    return client.get(reverse("single_sign_on:wait"))


@dataclass
class Form:
    """Where a form of a page is sent, and what it holds in fields that nobody fills in."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


def forms(page: Any) -> list[Form]:
    """The forms of a page."""
    parser = _Forms()
    parser.feed(page.content.decode())
    return parser.found


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(told.get("action", "")))
        elif tag == "input" and told.get("type") == "hidden" and self.found:
            self.found[-1].fields[told["name"]] = told.get("value", "")
