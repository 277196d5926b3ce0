"""Pages of the privacy officer, one per module."""

from annotations.privacy.views.alert_rules import alert_rule, alert_rules
from annotations.privacy.views.alerts import alert, alerts, give_back_alert, settle_alert, take_alert
from annotations.privacy.views.break_glass import (
    ask_break_glass,
    break_glass,
    break_glasses,
    close_break_glass,
    decide_break_glass,
)
from annotations.privacy.views.clip import clip
from annotations.privacy.views.desk import desk, link_receipt, withdraw
from annotations.privacy.views.entry import entry
from annotations.privacy.views.erasure import erase, erasure
from annotations.privacy.views.glass_media import glass_media, glass_token, glass_watched
from annotations.privacy.views.hiding import hiding
from annotations.privacy.views.integrity import download_log, integrity, prove_entry, work_on_log
from annotations.privacy.views.log import change_view, export, log, save_view, words
from annotations.privacy.views.person import person
from annotations.privacy.views.requests import (
    access_answer,
    access_answer_file,
    access_request,
    access_requests,
    new_access_request,
    step_access_request,
)

__all__ = [
    "access_answer",
    "access_answer_file",
    "access_request",
    "access_requests",
    "alert",
    "alert_rule",
    "alert_rules",
    "alerts",
    "ask_break_glass",
    "break_glass",
    "break_glasses",
    "change_view",
    "clip",
    "close_break_glass",
    "decide_break_glass",
    "desk",
    "download_log",
    "entry",
    "erase",
    "erasure",
    "export",
    "give_back_alert",
    "glass_media",
    "glass_token",
    "glass_watched",
    "hiding",
    "integrity",
    "link_receipt",
    "log",
    "new_access_request",
    "person",
    "prove_entry",
    "save_view",
    "settle_alert",
    "step_access_request",
    "take_alert",
    "withdraw",
    "words",
    "work_on_log",
]
