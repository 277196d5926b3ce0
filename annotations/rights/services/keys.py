"""Destroying the keys of subjects that are erased."""

import uuid

from annotations.audit import selectors as audit, services
from annotations.audit.actors import Actor
from annotations.audit.subject_keys import store


def keys_of(subjects: list[str]) -> list[str]:
    """The ids of the keys that exist."""
    return [str(key) for subject in subjects for key in store().of(subject)]


def destroy_keys(subjects: list[str], actor: Actor, erasure: uuid.UUID) -> None:
    """Destroys every key of these subjects, each with an entry that names the erasure. Not inside a transaction."""
    for subject in subjects:
        if audit.names(subject):
            services.erase_subject(subject, actor, f"Erasure {erasure}")
