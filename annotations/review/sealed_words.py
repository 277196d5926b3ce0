"""What reviewers write, sealed under the clip's subject: the note of labels, and drafts as a whole."""

import json
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from annotations.audit.sealed import Sealed, seal, unseal, unseal_each
from annotations.clips.models import Clip
from annotations.review.body import Body, digest
from annotations.review.models import Annotation, Draft

_SALT = 32


@dataclass(frozen=True)
class HandedIn:
    """Columns of an annotation: the labels without their note, the sealed note, and what commits to both."""

    body: dict[str, Any]
    sealed_note: bytes
    sha256: str


@dataclass(frozen=True)
class Note:
    """What a reviewer wrote with labels, and the salt of their digest."""

    text: str = ""
    salt: bytes = b""


def hand_in(clip: Clip, body: Body) -> HandedIn:
    """The body as an annotation of the clip keeps it; inside the transaction that does. Raises Unreachable."""
    salt = secrets.token_bytes(_SALT)
    labels = {name: value for name, value in body.items() if name != "note"}
    sealed = seal(clip.subject, json.dumps({"note": body["note"], "salt": salt.hex()}))
    return HandedIn(labels, sealed, digest(body, salt))


def notes_of(annotations: Iterable[Annotation]) -> dict[uuid.UUID, Note]:
    """The notes by the annotations' ids, with one call of the store; an empty one where it was erased.

    Raises Unreachable.
    """
    kept = list(annotations)
    sealed = {
        each.pk: Sealed(each.assignment.clip.subject, bytes(each.sealed_note))
        for each in kept
        if each.sealed_note is not None
    }
    texts = dict(zip(sealed, unseal_each(sealed.values()), strict=True))
    return {each.pk: _note(texts.get(each.pk)) for each in kept}


def body_of(annotation: Annotation) -> dict[str, Any]:
    """The labels as they were handed in, with their note. Raises Unreachable."""
    return {**annotation.body, "note": notes_of([annotation])[annotation.pk].text}


def digest_of(annotation: Annotation) -> str:
    """What `sha256` must be, made of what is stored: another one when labels or note are not those handed in.

    Raises Unreachable.
    """
    note = notes_of([annotation])[annotation.pk]
    return digest({**annotation.body, "note": note.text}, note.salt)


def seal_draft(clip: Clip, body: Any) -> bytes:
    """A draft's labels as its row keeps them; inside the transaction that does. Raises Unreachable."""
    return seal(clip.subject, json.dumps(body))


def draft_body(draft: Draft) -> Any:
    """The draft's labels; None when they were erased. Raises Unreachable."""
    text = unseal(draft.assignment.clip.subject, bytes(draft.sealed))
    return None if text is None else json.loads(text)


def _note(text: str | None) -> Note:
    if text is None:
        return Note()
    told = json.loads(text)
    return Note(told["note"], bytes.fromhex(told["salt"]))
