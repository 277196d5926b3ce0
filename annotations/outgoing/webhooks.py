"""Webhooks, signed as the specification Standard Webhooks 1.0 has it, so that receivers find a library for it.

The signature is HMAC-SHA256 over id, time and body with full stops between them. The id stays the same however often
a message is sent, and the time is that of the attempt: whoever receives it passes over ids that it knows and times
that are long ago. While a secret is exchanged there are two, and a signature by each.
"""

import base64
import hashlib
import hmac
import json
import time

from django.conf import settings

from annotations.outgoing.errors import NotSent
from annotations.outgoing.https import post
from annotations.outgoing.models import OutgoingMessage
from annotations.outgoing.targets import Target
from annotations.outgoing.templates import TEMPLATES

_GONE = 410
_AGENT = "clip-review-workbench"


def send(message: OutgoingMessage, target: Target) -> None:
    """One attempt. Raises NotSent: `no_secret`, `refused_STATUS`, or as `https.post`; `refused_410` is final."""
    secrets = settings.WEBHOOK_SECRETS.get(target.name, [])
    if not secrets:
        raise NotSent("no_secret")
    moment, body = str(int(time.time())), content(message)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": _AGENT,
        "webhook-id": str(message.pk),
        "webhook-timestamp": moment,
        "webhook-signature": signatures(secrets, str(message.pk), moment, body),
    }
    status = post(target.address, body, headers, allow_local=settings.OUTGOING_LOCAL)
    if not 200 <= status < 300:
        raise NotSent(f"refused_{status}", final=status == _GONE)


def content(message: OutgoingMessage) -> bytes:
    """The body: the type, when it happened, and the facts with the address of the page that tells more."""
    page = settings.SITE_ADDRESS + TEMPLATES[message.template].path(message.facts)
    data = {**message.facts, "page": page}
    told = {"type": message.template, "timestamp": message.created_at.isoformat(), "data": data}
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def signatures(secrets: list[bytes], identifier: str, moment: str, body: bytes) -> str:
    """The header: one signature for each secret, with a blank between them."""
    signed = b".".join((identifier.encode(), moment.encode(), body))
    codes = [hmac.digest(secret, signed, hashlib.sha256) for secret in secrets]
    return " ".join(f"v1,{base64.b64encode(code).decode()}" for code in codes)
