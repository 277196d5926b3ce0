"""Fetching a model file by an operator's command: the pinned file, or none."""

import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.core.errors import Conflict, DomainError, Missing, Unavailable
from annotations.redaction import log
from annotations.redaction.downloads import download
from annotations.redaction.model_files import fetched_path


def fetch_model(name: str, actor: Actor) -> Path:
    """Brings the file that MODEL_SOURCES describes to its place; the path.

    Raises DomainError with a stable code; then what was there before is there still, nothing else is, and the refusal
    is logged.
    """
    source = settings.MODEL_SOURCES.get(name)
    if source is None:
        known = ", ".join(settings.MODEL_SOURCES) or "none"
        raise Missing("model_unknown", f"MODEL_SOURCES names no model {name} (it names: {known}).")
    target = fetched_path(name)
    try:
        _fetch(name, source.address, source.sha256, target, actor)
    except DomainError as error:
        with transaction.atomic():
            audit.append(log.MODEL_REFUSED, actor, data={"name": name, "code": error.code})
        raise
    return target


def _fetch(name: str, address: str, sha256: str, target: Path, actor: Actor) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".fetching-", delete=False) as file:
            try:
                found = download(
                    address,
                    file,
                    most_bytes=settings.MODEL_FETCH_MAX_BYTES,
                    seconds=settings.MODEL_FETCH_SECONDS,
                    allow_local=settings.MODEL_FETCH_LOCAL,
                )
                if found != sha256:
                    raise Conflict(
                        "model_digest_wrong",
                        f"The file's SHA-256 is {found}, not the one that MODEL_SOURCES pins. It was thrown away.",
                    )
                file.flush()
                os.fsync(file.fileno())
                os.fchmod(file.fileno(), 0o644)
                with transaction.atomic():
                    data = {"name": name, "sha256": sha256, "bytes": file.tell()}
                    audit.append(log.MODEL_FETCHED, actor, data=data)
                # After the commit: no model can be used of which the log does not tell.
                Path(file.name).replace(target)
            finally:
                Path(file.name).unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable("model_not_written", f"The file cannot be kept: {error.strerror}.") from error
