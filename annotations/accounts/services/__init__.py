"""Writes of this context, one subject per module."""

from annotations.accounts.services.closing import close_account
from annotations.accounts.services.keys import create_key, record_key_used, revoke_key
from annotations.accounts.services.links import mail_link, use_link
from annotations.accounts.services.own import (
    accept_statement,
    change_password,
    choose_time_zone,
    end_other_sessions,
    end_session,
)
from annotations.accounts.services.people import (
    Description,
    change_role,
    create_user,
    describe,
    invite,
    record_training,
    renew_link,
    reopen,
    require_new_password,
    set_password,
)
from annotations.accounts.services.proposals import decide_proposal, take_back_proposal
from annotations.accounts.services.repeated import repeat_closing, repeat_password_required, repeat_role
from annotations.accounts.services.sign_in import (
    record_failure,
    record_key_refusal,
    record_refusal,
    record_sign_in,
    record_sign_out,
    record_turned_away,
)

__all__ = [
    "Description",
    "accept_statement",
    "change_password",
    "change_role",
    "choose_time_zone",
    "close_account",
    "create_key",
    "create_user",
    "decide_proposal",
    "describe",
    "end_other_sessions",
    "end_session",
    "invite",
    "mail_link",
    "record_failure",
    "record_key_refusal",
    "record_key_used",
    "record_refusal",
    "record_sign_in",
    "record_sign_out",
    "record_training",
    "record_turned_away",
    "renew_link",
    "reopen",
    "repeat_closing",
    "repeat_password_required",
    "repeat_role",
    "require_new_password",
    "revoke_key",
    "set_password",
    "take_back_proposal",
    "use_link",
]
