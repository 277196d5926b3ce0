"""No page offers what its reader may not do: every link, form and address on it is one that the matrix allows them.

Each role walks through a filled site from its first page, along the links that it is offered. That nobody ends before
a closed door also tells that the pages are reached at all.
"""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from annotations.accounts.enums import ANONYMOUS
from annotations.accounts.matrix import matrix
from annotations.rights import receipts
from tests.filled_site import SIGNING_IN, FilledSite, fill
from tests.routes import METHODS

pytestmark = pytest.mark.once

# How many pages of one route one person opens: enough for every state that the site is filled with.
MOST_OF_A_ROUTE = 12
ANY = "any method"

# Reached by no link: an answer to programs, bytes that a page fetches or offers as a file, a page after an act.
NO_PAGE = re.compile(
    r"api_|healthz|readyz|media$|picture$|poster$|download|answer_(file|archive)$|certificate_file$"
)
NOT_LINKED = {
    "home",  # it leads on to the first page
    "accounts:sign_in",
    "single_sign_on:begin",  # where a provider is set up
    "single_sign_on:confirm",  # confirming that it is them leads there
    "single_sign_on:come_back",
    "single_sign_on:wait",
    "accounts:second_factor",  # signing in leads there
    "accounts:step_up",  # what asks for it leads there
    "accounts:time_left",  # no page, but a number for one
    "rights:erasure",  # the certificate, once words were erased
    "rights:erase",  # looking up a person at the desk for erasures leads there
}
# Opened by a link that carries its secret, which an officer hands to the owner.
BY_SECRET = {"accounts:use_link", "rights:receipt", "rights:receipt_erase", "rights:receipt_certificate"}


@dataclass
class Offers(HTMLParser):
    """What a page offers: methods and addresses, and what else on it looks like an address of the site."""

    found: list[tuple[str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    method: str = ANY

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "a" and "href" in given:
            self.found.append(("GET", given["href"]))
            if "download" not in given:
                self.links.append(given["href"])
        if tag == "form":
            self.method = given.get("method", "get").upper()
            if self.method != "DIALOG":  # it closes its dialog and sends nothing
                self.found.append((self.method, given.get("action", "")))
        if "formaction" in given:
            self.found.append((given.get("formmethod", self.method).upper(), given["formaction"]))
        for name, value in given.items():
            if name in {"hx-get", "src", "poster"} and value:
                self.found.append(("GET", value))
            elif name in {"hx-post", "hx-put", "hx-delete", "hx-patch"}:
                self.found.append((name.removeprefix("hx-").upper(), value))
            elif name.startswith("data-") and re.fullmatch(r"/[\w/.:-]*", value):
                self.found.append((ANY, value))

    def handle_data(self, data: str) -> None:
        if self.lasttag == "script":
            self.found += [(ANY, address) for address in re.findall(r'"(/[\w/.:-]+)"', data)]


@dataclass(frozen=True)
class Offer:
    page: str
    method: str
    route: str

    def allowed(self, role: str) -> bool:
        methods = METHODS if self.method == ANY else (self.method,)
        return any(matrix().allows(self.route, method, role) for method in methods)


def route_of(address: str) -> str | None:
    """The route of an address of this site; None for files and for addresses elsewhere."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or parts.path.startswith("/static/"):
        return None
    try:
        return resolve(parts.path).view_name
    except Resolver404:
        return f"nothing at {parts.path}"


def walk(client: Client, start: str) -> Iterator[tuple[str, Any, Offers]]:
    """The pages that links lead to from `start`, with what they offer."""
    waiting, seen, opened = deque([start]), {start}, Counter[str]()
    while waiting:
        address = waiting.popleft()
        route = route_of(address)
        if route is None or NO_PAGE.search(route) or opened[route] == MOST_OF_A_ROUTE:
            continue
        opened[route] += 1
        response: Any = client.get(address, follow=True)
        offers = Offers()
        offers.feed(response.content.decode())
        yield address, response, offers
        for link in offers.links:
            target = urljoin(address, link).partition("#")[0]
            if target not in seen:
                seen.add(target)
                waiting.append(target)


@pytest.fixture
def site(db: None) -> FilledSite:
    return fill()


def crossed(client: Client, start: str, role: str) -> set[str]:
    """The routes that were walked through; every offer on the way is one that the role may take up."""
    wrong, closed, visited = set[Offer](), set[tuple[str, int]](), set[str]()
    for address, response, offers in walk(client, start):
        if response.status_code != 200:
            closed.add((address, response.status_code))
            continue
        landed = response.request["PATH_INFO"]
        visited |= {resolve(landed).view_name, str(route_of(address))}
        for method, target in offers.found:
            if (route := route_of(urljoin(landed, target))) is not None:
                offer = Offer(resolve(landed).view_name, method, route)
                if not offer.allowed(role):
                    wrong.add(offer)
    assert wrong == set(), (
        f"These pages offer {role} what the matrix refuses: put it inside {{% may %}} or {{% may_post %}}, "
        "or add the role to the route's line."
    )
    assert closed == set(), f"Links lead {role} to pages that do not open."
    return visited


@pytest.mark.parametrize("role", SIGNING_IN)
def test_a_person_is_offered_what_they_may_do_and_reaches_all_their_pages(
    site: FilledSite, role: str
) -> None:
    client = Client()
    client.force_login(site.people[role])
    visited = crossed(client, "/", role)
    if matrix().allows("review:next", "POST", role):  # the way to a clip is a button
        visited |= crossed(client, client.post(reverse("review:next"))["Location"], role)
    pages = {
        rule.route
        for rule in matrix().rules.values()
        if rule.method == "GET" and rule.allows(role) and not NO_PAGE.search(rule.route)
    }
    unreached = pages - visited - NOT_LINKED - BY_SECRET
    assert unreached == set(), f"{role} may open these pages, and no link on the way leads there."
    assert visited - pages == set()


def test_who_opens_a_receipt_is_offered_what_they_may_do(site: FilledSite) -> None:
    withdrawing = {}
    for role in (ANONYMOUS, *SIGNING_IN):
        client = Client()
        if role != ANONYMOUS:
            client.force_login(site.people[role])
        page = client.get(receipts.path_for(site.clip))
        offers = Offers()
        offers.feed(page.content.decode())
        targets = [(method, route_of(urljoin(page.request["PATH_INFO"], to))) for method, to in offers.found]
        offered = [Offer("rights:receipt", method, route) for method, route in targets if route]
        assert [offer for offer in offered if not offer.allowed(role)] == []
        withdrawing[role] = {offer.route for offer in offered if "withdraw" in offer.route}
    assert {role: routes for role, routes in withdrawing.items() if routes} == {
        ANONYMOUS: {"rights:receipt_withdraw"},
        "privacy_officer": {"rights:withdraw"},
    }


def test_what_leads_nowhere_or_is_not_allowed_is_found() -> None:
    offers = Offers()
    offers.feed(
        '<a href="/operations/">a</a><form method="post" action="/review/next/"></form>'
        '<div data-reveal="/flagged/" hx-get="/alerts/"></div><a href="/nowhere/">b</a><a href="#x">c</a>'
        '<script type="application/json">{"submit": "/datasets/"}</script><img src="/static/x.png">'
    )
    found = [(method, route_of(urljoin("/", target))) for method, target in offers.found]
    assert found[:2] == [("GET", "operations"), ("POST", "review:next")]
    assert ("GET", "nothing at /nowhere/") in found
    assert (ANY, "moderation:flagged") in found
    assert (ANY, "datasets:index") in found
    assert ("GET", None) in found
    assert not Offer("x", ANY, "moderation:flagged").allowed("operator")
    assert not Offer("x", "POST", "operations").allowed("operator")
