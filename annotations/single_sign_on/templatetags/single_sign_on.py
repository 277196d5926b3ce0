from urllib.parse import urlencode

from django import template
from django.conf import settings

from annotations.single_sign_on.models import ProviderDocument

register = template.Library()


@register.simple_tag
def sign_in_provider() -> dict[str, str] | None:
    """What the sign-in page says of the provider: its name, and where one signs out there; None without a provider."""
    if not settings.OIDC_ISSUER:
        return None
    document = ProviderDocument.objects.filter(issuer=settings.OIDC_ISSUER).first()
    end = str(document.configuration.get("end_session_endpoint", "")) if document else ""
    client = urlencode({"client_id": settings.OIDC_CLIENT_ID})
    return {"name": settings.OIDC_NAME, "sign_out": f"{end}?{client}" if end.startswith("http") else ""}
