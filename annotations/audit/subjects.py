"""The names under which keys lie in the store of subjects' keys, where they are made of something else."""

import uuid

_CLIP = "c-"


def of_clip(public_id: uuid.UUID) -> str:
    """The subject of a clip, by its public id."""
    return f"{_CLIP}{public_id.hex}"


def clip_of(subject: str) -> uuid.UUID | None:
    """The public id of the clip whose subject this is; None for another kind of subject."""
    return uuid.UUID(subject.removeprefix(_CLIP)) if subject.startswith(_CLIP) else None
