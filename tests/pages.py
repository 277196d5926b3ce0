"""Pages as tests read them."""

import re


def markup(html: str) -> str:
    """The HTML without the white space around its tags, which depends on the layout of the template."""
    return re.sub(r"\s*(<[^>]*>)\s*", r"\1", re.sub(r"\s+", " ", html))
