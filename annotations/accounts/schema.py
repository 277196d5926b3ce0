"""How callers authenticate, for the API's description."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension


class RequestUserScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Programs send an API key as a bearer token; the site's own pages use the session's cookie."""

    target_class = "annotations.accounts.authentication.RequestUserAuthentication"
    name = ["apiKey", "session"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        key = {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "cam_PREFIX_SECRET",
            "description": "An API key; it opens the routes of its scopes (docs/api-keys.md).",
        }
        cookie = {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
        return [key, cookie]
