"""What every page's frame needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotations.accounts import sessions
from annotations.accounts.enums import ANONYMOUS
from annotations.accounts.may import may
from annotations.accounts.middleware import lacks_first, role_of

Label = Promise | str

# The pages of the top bar by group, in order; each person sees those that the matrix allows them.
GROUPS: tuple[tuple[Label, tuple[tuple[Label, str], ...]], ...] = (
    (
        _("Clips"),
        (
            (_("Review"), "review:home"),
            (_("Adjudication"), "review:adjudication"),
            (_("Flagged"), "moderation:flagged"),
            (_("Not verified"), "moderation:unverified"),
        ),
    ),
    (
        _("Log"),
        (
            (_("Audit"), "oversight:log"),
            (_("Alerts"), "oversight:alerts"),
            (_("Integrity"), "oversight:integrity"),
        ),
    ),
    (
        _("Privacy"),
        (
            (_("Requests"), "rights:access_requests"),
            (_("Consents"), "rights:consents"),
            (_("Erasures"), "rights:erasures"),
            (_("Retention"), "rights:retention_register"),
            (_("Legal holds"), "rights:legal_holds"),
            (_("Break-glass"), "break_glass:index"),
        ),
    ),
    (
        _("Datasets"),
        (
            (_("Datasets"), "datasets:index"),
            (_("Deletions"), "datasets:deletions"),
        ),
    ),
    (
        _("Site"),
        (
            (_("Operations"), "operations"),
            (_("People"), "accounts:people"),
            (_("Submit"), "clips:submit"),
            (_("Cameras"), "clips:cameras"),
        ),
    ),
    (
        _("Safeguards"),
        (
            (_("Hidden regions"), "redaction:unredactions"),
            (_("Hiding effect"), "review:hiding_effect"),
            (_("Redaction quality"), "review:redaction_quality"),
            (_("Screening"), "moderation:screening"),
        ),
    ),
)
# Who has no more than these gets them side by side: one press to each, and one line on a screen of common width.
FLAT = 7

Count = Callable[[HttpRequest], int]
_counts: dict[str, Count] = {}


@dataclass(frozen=True)
class Page:
    """A page of the top bar; `current` when the person is there or below."""

    label: Label
    url: str
    current: bool
    count: Callable[[], int]

    @cached_property
    def waiting(self) -> int:
        """How many things wait there for whoever asks; counted once, and only where it is shown."""
        return self.count()


@dataclass(frozen=True)
class Group:
    """Pages under one heading of the top bar."""

    label: Label
    pages: list[Page]

    @property
    def current(self) -> bool:
        return any(page.current for page in self.pages)

    @property
    def waiting(self) -> int:
        return sum(page.waiting for page in self.pages)


@dataclass(frozen=True)
class Navigation:
    """What the top bar leads to: `pages` one by one, `entries` as they stand there."""

    pages: list[Page]
    entries: Sequence[Page | Group]

    @property
    def waiting(self) -> int:
        return sum(page.waiting for page in self.pages)


def counts(route: str) -> Callable[[Count], Count]:
    """Registers the function that tells how many things on a page of the top bar wait for whoever asks."""

    def register(count: Count) -> Count:
        _counts[route] = count
        return count

    return register


def navigation(request: HttpRequest) -> dict[str, Navigation]:
    """`navigation`: the pages that the person may open, in groups where they are many; none while something else comes
    first.
    """
    if lacks_first(request):
        return {"navigation": Navigation([], [])}
    allowed = [
        (heading, [(label, reverse(route), route) for label, route in pages if may(request, route)])
        for heading, pages in GROUPS
    ]
    below = [
        url for _heading, found in allowed for _label, url, _route in found if request.path.startswith(url)
    ]
    current = max(below, key=len, default="")
    groups = [
        Group(heading, [_page(request, current, *page) for page in found])
        for heading, found in allowed
        if found
    ]
    pages = [page for group in groups for page in group.pages]
    return {"navigation": Navigation(pages, pages if len(pages) <= FLAT else _headed(groups))}


def _page(request: HttpRequest, current: str, label: Label, url: str, route: str) -> Page:
    return Page(label, url, url == current, lambda: _counts[route](request) if route in _counts else 0)


def _headed(groups: list[Group]) -> list[Page | Group]:
    """A group of one page needs no heading."""
    return [group.pages[0] if len(group.pages) == 1 else group for group in groups]


def session(request: HttpRequest) -> dict[str, Any]:
    """`session_seconds`: how long the session lasts if nobody comes; `session_warning`: how long before that its person
    is told. None of it for strangers.
    """
    role = role_of(request)
    if role == ANONYMOUS or not request.session.session_key:
        return {}
    return {
        "session_seconds": sessions.seconds_left(request.session, role),
        "session_warning": settings.SESSION_WARNING_SECONDS,
    }
