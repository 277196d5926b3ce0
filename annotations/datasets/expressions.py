"""A condition on labels that Django has no lookup for on SQLite."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func
from django.db.models.sql.compiler import SQLCompiler

_LISTS = ("events", "tracks")


class HasLabel(Func):
    """Whether a body of labels (a JSON column) has an event or a track with one of these labels."""

    output_field = BooleanField()

    def __init__(self, body: str, labels: Sequence[str]) -> None:
        super().__init__(F(body))
        self.labels = tuple(labels)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        each = "SELECT 1 FROM json_each({body}, '$.{list}') AS x WHERE json_extract(x.value, '$.label') IN ({marks})"
        return self._either(compiler, each)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        each = "SELECT 1 FROM jsonb_array_elements({body} -> '{list}') AS x WHERE x ->> 'label' IN ({marks})"
        return self._either(compiler, each)

    def _either(self, compiler: SQLCompiler, each: str) -> tuple[str, tuple[Any, ...]]:
        body, params = compiler.compile(self.source_expressions[0])
        marks = ", ".join(["%s"] * len(self.labels))
        parts = [f"EXISTS ({each.format(body=body, list=name, marks=marks)})" for name in _LISTS]
        return f"({' OR '.join(parts)})", (*params, *self.labels) * len(_LISTS)
