"""For migrations that take what concerns people out of the clear: it is on the log, or sealed under their keys."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.db import migrations

from annotations.audit.sealed import Sealed, seal_bytes_of_each, unseal_bytes_of_each
from annotations.core.wrapping import Damaged

# A migration that uses either of these depends on it: the log is as these functions read it.
LOG = ("audit", "0007_search_indexes")
_ROWS = 200


def leave_to_the_log(
    app: str, model: str, column: str, actions: tuple[str, ...], key: str, by: str = "pk"
) -> migrations.RunPython:
    """Stops the migration while a row has words in `column` that no entry of these actions keeps as its detail.

    The entry names in its data, by `key`, what the row has as `by`. What an erasure destroyed counts as kept: it is
    meant to be gone.
    """

    def check(apps: Any, schema_editor: Any) -> None:
        rows = apps.get_model(app, model).objects.exclude(**{column: ""})
        if not rows.exists():
            return
        entries = apps.get_model("audit", "LogEntry").objects.filter(action__in=actions)
        bodies = (
            json.loads(bytes(content)) for content in entries.values_list("canonical", flat=True).iterator()
        )
        kept = {body["data"].get(key) for body in bodies if "commitment" in body}
        lost = [str(row) for row in rows.values_list(by, flat=True).iterator() if str(row) not in kept]
        if lost:
            raise RuntimeError(
                f"{len(lost)} of {app}.{model} have words in `{column}` that the log does not keep, "
                f"for instance {lost[0]}. Write down elsewhere what is needed of them, empty the column, migrate again."
            )

    return migrations.RunPython(check, migrations.RunPython.noop)


def rewrite(app: str, model: str) -> migrations.RunPython:
    """Makes the table's file anew: a dropped column still lies in it. For a migration with `atomic = False`."""

    def vacuum(apps: Any, schema_editor: Any) -> None:
        rows = apps.get_model(app, model)
        if not rows.objects.exists():
            return
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute("VACUUM")
            schema_editor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            schema_editor.execute(f"VACUUM FULL {schema_editor.quote_name(rows._meta.db_table)}")

    return migrations.RunPython(vacuum, migrations.RunPython.noop)


# What is to be sealed of a row: by the column that keeps it, the subject and the content.
ToSeal = Callable[[Any], dict[str, tuple[str, bytes]]]


def seal_rows(rows: Any, columns: list[str], to_seal: ToSeal) -> None:
    """Seals what `to_seal` gives of each row of the query, some rows at a time; saves these columns of it.

    `to_seal` may set other columns of the row, when `columns` names them as well.
    """
    for batch in _in_batches(rows):
        wanted = [(row, column, value) for row in batch for column, value in to_seal(row).items()]
        sealed = seal_bytes_of_each([value for _, _, value in wanted])
        for (row, column, _), blob in zip(wanted, sealed, strict=True):
            setattr(row, column, blob)
        rows.model.objects.bulk_update(batch, columns)


def unseal_rows(rows: Any, column: str, subject_of: Callable[[Any], str]) -> None:
    """Takes `seal_rows` back for this column; Damaged when a key is destroyed: what it sealed is not to come back."""
    for batch in _in_batches(rows):
        values = [Sealed(subject_of(row), bytes(getattr(row, column))) for row in batch]
        for row, content in zip(batch, unseal_bytes_of_each(values), strict=True):
            if content is None:
                raise Damaged(f"{row.pk}: its key is destroyed.")
            setattr(row, column, content)
        rows.model.objects.bulk_update(batch, [column])


def _in_batches(rows: Any) -> Iterator[list[Any]]:
    last = None
    while batch := list((rows.filter(pk__gt=last) if last else rows).order_by("pk")[:_ROWS]):
        yield batch
        last = batch[-1].pk
