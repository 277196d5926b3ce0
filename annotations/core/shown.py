"""What a page showed of something, carried by its form, so that nobody decides on a stale page.

The page writes the field with `{% shown ... %}`. The service, once it has locked the rows, calls `check` with what the
form sent: it raises `ChangedSince` when they are not as they were shown, and one page tells who decided what since
(`accounts.decisions`). None stands for a caller without a page: a command, a task, another service.
"""

import datetime
import hashlib
import json
from collections.abc import Iterable

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.http import HttpRequest

from annotations.core import clock

FIELD = "shown"
# How long ago a page is taken to be made that does not say it, and at most: what a form says can be made up, and
# nobody reads more of the log by that than of a page that was left open for a day's work.
UNKNOWN = datetime.timedelta(hours=12)


class ChangedSince(Exception):
    """What somebody decides on is not as it was shown.

    `now` is the value as it is now of the form's `field`; entries of the log since `at` that name one of `names` tell
    what was decided.
    """

    code, status = "changed_meanwhile", 409
    message = "Somebody else decided meanwhile. See what, then decide again."

    def __init__(self, at: datetime.datetime, now: str, names: Iterable[str], field: str = FIELD) -> None:
        super().__init__(self.code)
        self.at, self.now, self.names, self.field = at, now, tuple(names), field


def value(*rows: models.Model | None) -> str:
    """The field's value for these rows as they are: a digest, and the moment."""
    return f"{_digest(rows)}@{clock.now().isoformat()}"


def sent(request: HttpRequest) -> str:
    """What the form sent."""
    return request.POST.get(FIELD, "")


def check(shown: str | None, *rows: models.Model | None, names: Iterable[str] = ()) -> None:
    """Raises ChangedSince when the rows, which are locked, are not as they were shown, or the form does not say how.

    `names` are words by which entries tell of the rows; their keys and pseudonyms are looked for anyway.
    """
    if shown is None:
        return
    digest, _, moment = shown.partition("@")
    if digest != _digest(rows):
        raise ChangedSince(
            _moment(moment), value(*rows), [*names, *(each for row in rows for each in _names(row))]
        )


def check_version(shown: int | None, version: int, names: Iterable[str]) -> None:
    """The same for what has numbered versions, of which the form sent one as `version`."""
    if shown not in (None, version):
        raise ChangedSince(clock.now() - UNKNOWN, str(version), names, field="version")


def _digest(rows: Iterable[models.Model | None]) -> str:
    told = [row and {field.attname: field.value_from_object(row) for field in _fields(row)} for row in rows]
    text = json.dumps(told, cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _fields(row: models.Model) -> Iterable[models.Field]:  # type: ignore[type-arg]
    """Those of a model that names them in `SHOWN`; else all but bytes, which no page shows."""
    chosen = getattr(row, "SHOWN", None)
    if chosen is not None:
        return [field for field in row._meta.concrete_fields if field.name in chosen]
    return [field for field in row._meta.concrete_fields if not isinstance(field, models.BinaryField)]


def _names(row: models.Model | None) -> Iterable[str]:
    found = (getattr(row, name, None) for name in ("pk", "public_id", "pseudonym"))
    return [str(each) for each in found if each and len(str(each)) >= 8]


def _moment(text: str) -> datetime.datetime:
    """When the page was made, as far as the form says it, within what a page may say."""
    now = clock.now()
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        return now - UNKNOWN
    return min(max(found, now - UNKNOWN), now) if found.tzinfo else now - UNKNOWN
