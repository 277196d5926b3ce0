"""Telling programs that look at links (mail previews, scanners, browsers ahead of a click) from a person who reads."""

import re

from django.http import HttpRequest

# Headers by which a browser says that it fetches ahead (W3C Resource Hints, Fetch's Sec-Purpose, and older names).
_PURPOSES = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
_AHEAD = re.compile(r"prefetch|preview|prerender|instant", re.IGNORECASE)
# Names that such programs give themselves; whoever gives a browser's name is taken for a person.
_PROGRAMS = re.compile(
    r"bot\b|crawl|spider|preview|facebookexternalhit|whatsapp/|slack-img|skype\w*uri|google-safety|googleimageproxy"
    r"|barracuda|proofpoint|mimecast|safelinks|curl/|wget/|python-|go-http-client|headlesschrome",
    re.IGNORECASE,
)


def fetched_by_program(request: HttpRequest) -> bool:
    """Whether the request shows that nobody reads its answer: HEAD, fetched ahead, or by a program that says so."""
    ahead = any(_AHEAD.search(request.headers.get(name, "")) for name in _PURPOSES)
    return request.method == "HEAD" or ahead or bool(_PROGRAMS.search(request.headers.get("User-Agent", "")))
