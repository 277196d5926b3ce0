"""The trigger that queues every new entry for the sequencer, in the transaction that writes the entry.

The database does it, so that no way of writing an entry can forget it. On PostgreSQL the function runs with the
rights of the tables' owner: the application's role has none on the queue.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from annotations.audit.database.append_only import TABLE

QUEUE = "audit_pending"

_POSTGRESQL = f"""
CREATE FUNCTION audit_enqueue() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN INSERT INTO public.{QUEUE} (entry) VALUES (NEW.id); RETURN NULL; END $$;
CREATE TRIGGER audit_enqueue AFTER INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION audit_enqueue();
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER audit_enqueue;
"""  # noqa: S608

_SQLITE = f"""CREATE TRIGGER audit_enqueue AFTER INSERT ON {TABLE}
    BEGIN INSERT INTO {QUEUE} (entry) VALUES (NEW.id); END"""  # noqa: S608

_EARLIER = f"INSERT INTO {QUEUE} (entry) SELECT id FROM {TABLE}"  # noqa: S608


def install(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Queues what the log holds already, and from now on every entry with its insertion."""
    sqlite = schema_editor.connection.vendor == "sqlite"
    schema_editor.execute(_EARLIER, params=None)
    schema_editor.execute(_SQLITE if sqlite else _POSTGRESQL, params=None)
