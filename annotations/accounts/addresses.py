"""Where somebody is led after they have signed in or confirmed that it is them."""

from django.utils.http import url_has_allowed_host_and_scheme


def here_or(target: str, otherwise: str) -> str:
    """The address, if it is a path of this site's: nobody is led elsewhere by a link that they were sent."""
    is_here = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if is_here else otherwise
