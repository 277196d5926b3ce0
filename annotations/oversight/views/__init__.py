"""Pages of the privacy officer, one per module."""

from annotations.oversight.views.alert_rules import alert_rule, alert_rules
from annotations.oversight.views.alerts import alert, alerts, give_back_alert, resolve_alert, take_alert
from annotations.oversight.views.dossier import dossier
from annotations.oversight.views.entry import entry
from annotations.oversight.views.integrity import download_log, integrity, prove_entry, work_on_log
from annotations.oversight.views.log import change_search, export, log, save_search, search_text
from annotations.oversight.views.person import person

__all__ = [
    "alert",
    "alert_rule",
    "alert_rules",
    "alerts",
    "change_search",
    "dossier",
    "download_log",
    "entry",
    "export",
    "give_back_alert",
    "integrity",
    "log",
    "person",
    "prove_entry",
    "resolve_alert",
    "save_search",
    "search_text",
    "take_alert",
    "work_on_log",
]
