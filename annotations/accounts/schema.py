"""How callers authenticate, for the API's description."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class RequestUserScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Programs send an API key as a bearer token; the site's own pages use the session's cookie."""

    target_class = "annotations.accounts.authentication.RequestUserAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "cam_PREFIX_SECRET",
            "description": "An API key; it opens the routes of its scopes (docs/api-keys.md).",
        }
