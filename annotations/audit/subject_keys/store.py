"""What the store does, in statements that both engines understand."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from annotations.core import ids
from annotations.core.errors import DomainError
from annotations.core.wrapping import Damaged, WrappedKey, new_key, rewrap, unwrap

# Runs one statement, with `?` for its parameters, that is durable when it returns; the rows it gives.
Run = Callable[..., list[tuple[Any, ...]]]

TABLE = """CREATE TABLE IF NOT EXISTS subject_key (
    id TEXT PRIMARY KEY, subject TEXT NOT NULL, key_id TEXT NOT NULL, wrapped {bytes} NOT NULL, retired_by TEXT)"""
ONE_IN_USE = """CREATE UNIQUE INDEX IF NOT EXISTS subject_key_in_use ON subject_key (subject)
    WHERE retired_by IS NULL"""
BY_SUBJECT = "CREATE INDEX IF NOT EXISTS subject_key_subject ON subject_key (subject)"

# Statements of SQLite take 999 parameters at least, and a new key is four.
_AT_ONCE = 200


class Unreachable(DomainError):
    """The store does not answer. Says nothing of whether a key exists."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            "subject_keys_unreachable", "The store of the keys does not answer. Nothing was saved; try again."
        )


class Engine(Protocol):
    """Where the table lives."""

    def session(self) -> AbstractContextManager[Run]:
        """A connection for a few statements; raises Unreachable."""

    def together(self, run: Run) -> AbstractContextManager[None]:
        """Statements in the block wait for the disk once, where no others wait for them meanwhile."""

    def forget(self, run: Run) -> None:
        """Clears away what deleted rows left behind in the engine's files."""


@dataclass(frozen=True)
class SubjectKey:
    """A key and its id, which tells nothing of its subject."""

    id: uuid.UUID
    key: bytes


@dataclass(frozen=True)
class KeyRow:
    """A row of the store: `wrapped` opens by the wrapping key `key_id` only."""

    id: str
    subject: str
    key_id: str
    wrapped: bytes
    retired_by: str | None


class SubjectKeyStore:
    """One key in use per subject, wrapped by the first of `wrapping`; older ones until they are destroyed."""

    def __init__(self, engine: Engine, wrapping: dict[str, bytes]) -> None:
        self.engine = engine
        self.wrapping = wrapping

    def ensure(self, subject: str) -> SubjectKey:
        """The subject's key in use, made now when there is none: one, whoever asks at the same time.

        Durable when it returns. Raises Unreachable, or Damaged when the wrapping key is not the one that made it.
        """
        return self.ensure_each([subject])[subject]

    def ensure_each(self, subjects: Iterable[str]) -> dict[str, SubjectKey]:
        """As `ensure`, of several subjects at once."""
        found: dict[str, SubjectKey] = {}
        with self.engine.session() as run:
            for some in _some(dict.fromkeys(subjects)):
                rows = _in_use(run, some)
                if lacking := [subject for subject in some if subject not in rows]:
                    self._make(run, lacking)
                    rows |= _in_use(run, tuple(lacking))
                for subject, (identifier, wrapped) in rows.items():
                    found[subject] = SubjectKey(identifier, unwrap(self.wrapping, wrapped))
        return found

    def _make(self, run: Run, subjects: list[str]) -> None:
        rows: list[object] = []
        for subject in subjects:
            _, wrapped = new_key(self.wrapping)
            rows += [str(ids.random_id()), subject, wrapped.key_id, wrapped.wrapped]
        places = ", ".join(["(?, ?, ?, ?)"] * len(subjects))
        run(
            "INSERT INTO subject_key (id, subject, key_id, wrapped)"  # noqa: S608
            f" VALUES {places} ON CONFLICT DO NOTHING",
            *rows,
        )

    def find(self, identifiers: Iterable[uuid.UUID]) -> dict[uuid.UUID, bytes]:
        """Those of the keys that exist and can be unwrapped, by their ids."""
        found = {}
        with self.engine.session() as run:
            for some in _some(identifiers):
                for identifier, key_id, wrapped in run(
                    f"SELECT id, key_id, wrapped FROM subject_key WHERE id IN ({_places(some)})",  # noqa: S608
                    *some,
                ):
                    try:
                        found[uuid.UUID(identifier)] = unwrap(
                            self.wrapping, WrappedKey(key_id, bytes(wrapped))
                        )
                    except Damaged:
                        continue
        return found

    def existing(self, identifiers: Iterable[uuid.UUID]) -> list[uuid.UUID]:
        """Those of the keys that exist, whether they can be unwrapped or not."""
        found = []
        with self.engine.session() as run:
            for some in _some(identifiers):
                rows = run(f"SELECT id FROM subject_key WHERE id IN ({_places(some)})", *some)  # noqa: S608
                found += [uuid.UUID(identifier) for (identifier,) in rows]
        return found

    def of(self, subject: str) -> list[uuid.UUID]:
        """The ids of all the subject's keys that exist."""
        with self.engine.session() as run:
            rows = run("SELECT id FROM subject_key WHERE subject = ? ORDER BY id", subject)
        return [uuid.UUID(identifier) for (identifier,) in rows]

    def of_each(self, subjects: Iterable[str]) -> list[uuid.UUID]:
        """The ids of all keys of these subjects that exist."""
        found = []
        with self.engine.session() as run:
            for some in _some(subjects):
                statement = f"SELECT id FROM subject_key WHERE subject IN ({_places(some)}) ORDER BY id"  # noqa: S608
                found += [uuid.UUID(identifier) for (identifier,) in run(statement, *some)]
        return found

    def wrapped_of(self, subject: str) -> list[bytes]:
        """The subject's keys that exist as they are stored, for finding what is left of them elsewhere."""
        with self.engine.session() as run:
            rows = run("SELECT wrapped FROM subject_key WHERE subject = ? ORDER BY id", subject)
        return [bytes(wrapped) for (wrapped,) in rows]

    def retire(self, identifiers: Iterable[uuid.UUID], by: uuid.UUID) -> None:
        """No new detail uses these keys any more; `by` is the entry of the log that will allow their destruction."""
        with self.engine.session() as run:
            for some in _some(identifiers):
                run(f"UPDATE subject_key SET retired_by = ? WHERE id IN ({_places(some)})", str(by), *some)  # noqa: S608

    def retired(self) -> list[tuple[uuid.UUID, uuid.UUID]]:
        """The keys that are retired and exist still, each with the entry that it waits for."""
        with self.engine.session() as run:
            rows = run("SELECT id, retired_by FROM subject_key WHERE retired_by IS NOT NULL ORDER BY id")
        return [(uuid.UUID(identifier), uuid.UUID(by)) for identifier, by in rows]

    def rows(self) -> list[KeyRow]:
        """All keys as they lie there, wrapped: for a copy that is kept apart from every backup."""
        with self.engine.session() as run:
            rows = run("SELECT id, subject, key_id, wrapped, retired_by FROM subject_key ORDER BY id")
        return [
            KeyRow(identifier, subject, key_id, bytes(wrapped), retired_by)
            for identifier, subject, key_id, wrapped, retired_by in rows
        ]

    def put_back(self, rows: Iterable[KeyRow]) -> None:
        """Adds keys of such a copy. Those that are there stay as they are."""
        with self.engine.session() as run:
            for row in rows:
                run(
                    "INSERT INTO subject_key (id, subject, key_id, wrapped, retired_by)"
                    " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    *(row.id, row.subject, row.key_id, row.wrapped, row.retired_by),
                )

    def counts(self) -> dict[str, int]:
        """How many keys lie under each wrapping key, by its id."""
        with self.engine.session() as run:
            return dict(run("SELECT key_id, count(*) FROM subject_key GROUP BY key_id ORDER BY key_id"))

    def under_older_keys(self, after: str, at_most: int) -> list[KeyRow]:
        """Keys that lie under another wrapping key than the first, in the order of their ids, from `after` on."""
        first = next(iter(self.wrapping))
        with self.engine.session() as run:
            rows = run(
                "SELECT id, subject, key_id, wrapped, retired_by FROM subject_key"
                " WHERE key_id <> ? AND id > ? ORDER BY id LIMIT ?",
                *(first, after, at_most),
            )
        return [
            KeyRow(identifier, subject, key_id, bytes(wrapped), retired_by)
            for identifier, subject, key_id, wrapped, retired_by in rows
        ]

    def rewrap(self, rows: Iterable[KeyRow]) -> int:
        """Wraps these keys by the first wrapping key; how many could not be opened by any and stay as they are.

        A key that was destroyed since it was read stays destroyed.
        """
        damaged = 0
        with self.engine.session() as run, self.engine.together(run):
            for row in rows:
                try:
                    new = rewrap(self.wrapping, WrappedKey(row.key_id, row.wrapped))
                except Damaged:
                    damaged += 1
                    continue
                run(
                    "UPDATE subject_key SET key_id = ?, wrapped = ? WHERE id = ? AND wrapped = ?",
                    *(new.key_id, new.wrapped, row.id, row.wrapped),
                )
        return damaged

    def forget_older(self) -> None:
        """Clears away what is left in the store's files of keys as they were wrapped before."""
        with self.engine.session() as run:
            self.engine.forget(run)

    def destroy(self, identifiers: Iterable[uuid.UUID]) -> None:
        """Deletes the keys, and what is left of them in the store's files. Ids that are unknown are passed over."""
        with self.engine.session() as run:
            for some in _some(identifiers):
                run(f"DELETE FROM subject_key WHERE id IN ({_places(some)})", *some)  # noqa: S608
            self.engine.forget(run)


def _in_use(run: Run, subjects: tuple[str, ...]) -> dict[str, tuple[uuid.UUID, WrappedKey]]:
    """The keys in use of those of the subjects that have one, by subject."""
    rows = run(
        "SELECT subject, id, key_id, wrapped FROM subject_key"  # noqa: S608
        f" WHERE retired_by IS NULL AND subject IN ({_places(subjects)})",
        *subjects,
    )
    return {
        subject: (uuid.UUID(identifier), WrappedKey(key_id, bytes(wrapped)))
        for subject, identifier, key_id, wrapped in rows
    }


def _some(identifiers: Iterable[object]) -> Iterator[tuple[str, ...]]:
    """As many at once as every engine takes."""
    every = tuple(map(str, identifiers))
    return (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))


def _places(values: tuple[str, ...]) -> str:
    return ", ".join("?" * len(values))
