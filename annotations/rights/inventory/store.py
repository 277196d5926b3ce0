"""What is said of a store, and how its rows are counted and its files named."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotations.clips.models import Clip
from annotations.moderation import known
from annotations.rights.enums import Effect, ScopeKind
from annotations.rights.scopes import Reach

ALL = frozenset(ScopeKind.values)
OFFICERS = (_("privacy officers"),)
SITE = (_("the site itself"),)
REVIEWERS = (_("reviewers"), _("leads"))
ENGINEERS = (_("ML engineers"),)

File = tuple[str, str]
"""The storage and the name of a file in it."""


def _no_files(reach: Reach) -> list[File]:
    return []


@dataclass(frozen=True)
class Store:
    """`effect` is what an erasure of one of `kinds` does to what is there; other kinds leave it. `why` says why what
    stays stays, `readers` who may read it. `step` erases it (`services.erase_run`), none what stays.

    `count` says how much of a reach is there, `files` names the files that go with it.
    """

    code: str
    title: str | Promise
    effect: Effect
    count: Callable[[Reach], int]
    step: str = ""
    why: str | Promise = ""
    models: tuple[type[Model], ...] = ()
    storages: tuple[str, ...] = ()
    kinds: frozenset[str] = ALL
    readers: tuple[str | Promise, ...] = OFFICERS
    files: Callable[[Reach], list[File]] = field(default=_no_files)

    def effect_of(self, kind: str) -> Effect:
        return self.effect if kind in self.kinds else Effect.STAYS


def rows_of(model: type[Model], path: str = "clip", **only: object) -> Callable[[Reach], int]:
    """Counts the rows that belong to the clips of a reach, along `path`."""

    def count(reach: Reach) -> int:
        return model._default_manager.filter(**{f"{path}__in": reach.clips}, **only).count()

    return count


def files_of(model: type[Model], storage: str, path: str = "clip") -> Callable[[Reach], list[File]]:
    """Names the files of the rows that belong to the clips of a reach."""

    def files(reach: Reach) -> list[File]:
        rows = model._default_manager.filter(**{f"{path}__in": reach.clips}).exclude(name="")
        return [(storage, name) for name in rows.values_list("name", flat=True).distinct()]

    return files


def remembered(reach: Reach) -> list[Clip]:
    """The clips whose fingerprints outlive them."""
    return [clip for clip in reach.clips if known.remembered_until(clip)]


def flags_kept(reach: Reach) -> int:
    """The flags that stay with those fingerprints."""
    return known.upheld().filter(clip__in=remembered(reach)).count()
