"""Handing the fingerprint of a pass over to the context that keeps it."""

from typing import Any

from annotations.redaction.models import RedactionRun


def take(run: RedactionRun) -> dict[str, Any]:
    """The fingerprint that the pass made, which this context forgets inside the caller's transaction; `{}` if none."""
    taken = dict(run.fingerprint)
    RedactionRun.objects.filter(pk=run.pk).update(fingerprint={})
    return taken
