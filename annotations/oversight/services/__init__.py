"""Writes of this context, one use case per module."""

from annotations.oversight.services.alert_scan import scan_for_alerts
from annotations.oversight.services.alerts import (
    change_alert_rule,
    give_back_alert,
    record_alert_opened,
    resolve_alert,
    take_alert,
)
from annotations.oversight.services.integrity import (
    record_export_served,
    request_log_work,
    run_log_work,
    sweep_exports,
)
from annotations.oversight.services.reading import (
    record_dossier_opened,
    record_entries_exported,
    record_entry_opened,
    record_log_searched,
    record_person_opened,
    record_text_searched,
)
from annotations.oversight.services.saved_searches import (
    delete_saved_search,
    rename_saved_search,
    save_search,
)

__all__ = [
    "change_alert_rule",
    "delete_saved_search",
    "give_back_alert",
    "record_alert_opened",
    "record_dossier_opened",
    "record_entries_exported",
    "record_entry_opened",
    "record_export_served",
    "record_log_searched",
    "record_person_opened",
    "record_text_searched",
    "rename_saved_search",
    "request_log_work",
    "resolve_alert",
    "run_log_work",
    "save_search",
    "scan_for_alerts",
    "sweep_exports",
    "take_alert",
]
