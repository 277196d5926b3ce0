"""What must be right before anybody signs in by a provider."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, register

from annotations.accounts.roles import signing_in


@register
def check_provider(**kwargs: Any) -> list[Error]:
    """E001: the issuer is no HTTPS address. E002: no client id. E003: no group has a role, or a role is none."""
    if not settings.OIDC_ISSUER:
        return []
    found = []
    parts = urlsplit(settings.OIDC_ISSUER)
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        found.append(Error("OIDC_ISSUER is not an https address.", id="single_sign_on.E001"))
    if not settings.OIDC_CLIENT_ID:
        found.append(Error("OIDC_ISSUER is set, OIDC_CLIENT_ID is not.", id="single_sign_on.E002"))
    known = {code for code, _ in signing_in()}
    if not settings.OIDC_ROLES or any(role not in known for _, role in settings.OIDC_ROLES):
        roles = ", ".join(sorted(known))
        hint = f"Write group=role, group=role; the roles of people are {roles}."
        found.append(
            Error("OIDC_ROLES gives no group a role of people.", hint=hint, id="single_sign_on.E003")
        )
    return found
