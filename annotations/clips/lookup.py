"""Things by the ids in an address."""

import uuid

from django.http import Http404

from annotations.clips import selectors
from annotations.clips.models import Clip


def clip_or_404(clip_id: uuid.UUID) -> Clip:
    if (found := selectors.clip(clip_id)) is None:
        raise Http404
    return found
