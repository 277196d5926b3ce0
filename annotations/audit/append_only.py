"""What makes a table append-only, on both databases.

PostgreSQL: a trigger that fires always (also for `session_replication_role = replica`) refuses UPDATE, DELETE
and TRUNCATE; besides, the application's role is granted INSERT and SELECT only (`audit.grants`). SQLite:
triggers refuse UPDATE and DELETE, and an INSERT of an id that is there already, since INSERT OR REPLACE
deletes without firing a delete trigger.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "audit_logentry"

POSTGRESQL = f"""
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'The log is append-only.' USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER audit_append_only;
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER audit_no_truncate;
"""

SQLITE = (
    f"""CREATE TRIGGER audit_no_update BEFORE UPDATE ON {TABLE}
        BEGIN SELECT RAISE(ABORT, 'The log is append-only.'); END""",
    f"""CREATE TRIGGER audit_no_delete BEFORE DELETE ON {TABLE}
        BEGIN SELECT RAISE(ABORT, 'The log is append-only.'); END""",
    f"""CREATE TRIGGER audit_no_replace BEFORE INSERT ON {TABLE}
        WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id OR rowid = NEW.rowid)
        BEGIN SELECT RAISE(ABORT, 'The log is append-only.'); END""",  # noqa: S608
)


def install(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Puts the triggers on the log's table.

    A later migration that alters the table on SQLite must call this again: Django makes such a table anew
    there, and the triggers go with the old one.
    """
    statements = SQLITE if schema_editor.connection.vendor == "sqlite" else (POSTGRESQL,)
    for statement in statements:
        schema_editor.execute(statement, params=None)
