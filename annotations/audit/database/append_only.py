"""What makes a table append-only, on both databases.

PostgreSQL: a trigger that fires always (also for `session_replication_role = replica`) refuses UPDATE, DELETE
and TRUNCATE; besides, the application's role is granted INSERT and SELECT only (`audit.grants`). SQLite:
triggers refuse UPDATE and DELETE, and an INSERT of a key that is there already, since INSERT OR REPLACE
deletes without firing a delete trigger.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "audit_logentry"

# The other tables that are only added to, and for each what no second row may share with a first one.
TREE = {
    "audit_treeleaf": ('"index" = NEW."index"', "entry = NEW.entry"),
    "audit_hashtile": ("level = NEW.level AND number = NEW.number",),
    "audit_checkpoint": ("size = NEW.size",),
    "audit_keychange": ("id = NEW.id", "vkey = NEW.vkey AND kind = NEW.kind"),
}
EPOCHS = {"audit_epoch": ("number = NEW.number",)}
ACCOUNTS = {"audit_cosignature": ("id = NEW.id",), "audit_verification": ("id = NEW.id",)}
JOURNAL = "audit_journalline"

_FUNCTION = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'The log is append-only.' USING ERRCODE = 'insufficient_privilege'; END $$;
"""

_POSTGRESQL = """
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER audit_append_only;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER audit_no_truncate;
"""

_SQLITE = (
    """CREATE TRIGGER {prefix}_no_update BEFORE UPDATE ON {table}
        BEGIN SELECT RAISE(ABORT, 'The log is append-only.'); END""",
    """CREATE TRIGGER {prefix}_no_delete BEFORE DELETE ON {table}
        BEGIN SELECT RAISE(ABORT, 'The log is append-only.'); END""",
    """CREATE TRIGGER {prefix}_no_replace BEFORE INSERT ON {table}
        WHEN EXISTS (SELECT 1 FROM {table} WHERE rowid = NEW.rowid{same})
        BEGIN SELECT RAISE(ABORT, 'The log is append-only.'); END""",
)


def install(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Puts the triggers on the log's table, first of all.

    A later migration that alters the table on SQLite must call `guard` again (and `enqueueing.install`): Django
    makes such a table anew there, and the triggers go with the old one.
    """
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_FUNCTION, params=None)
    guard(schema_editor, TABLE, ("id = NEW.id",), prefix="audit")


def guard(
    schema_editor: BaseDatabaseSchemaEditor, table: str, same: tuple[str, ...], *, prefix: str = ""
) -> None:
    """Puts the triggers on one table. `same` are the SQL conditions under which a row is there already.

    SQLite's triggers have names of their own for each table: `prefix` begins them, the table's name by default.
    """
    sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in _SQLITE if sqlite else (_POSTGRESQL,):
        words = {"table": table, "prefix": prefix or table, "same": "".join(f" OR ({each})" for each in same)}
        schema_editor.execute(statement.format(**words), params=None)
