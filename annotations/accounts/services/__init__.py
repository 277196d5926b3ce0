"""Writes of this context, one subject per module."""

from annotations.accounts.services.closing import close_account
from annotations.accounts.services.factors import (
    NewApp,
    add_app,
    add_passkey,
    remove_factor,
    rename_factor,
    renew_recovery_codes,
)
from annotations.accounts.services.keys import create_key, record_key_used, revoke_key
from annotations.accounts.services.links import use_link
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
    propose_loss,
    record_training,
    renew_link,
    reopen,
    require_new_password,
    set_password,
)
from annotations.accounts.services.proofs import check_code, check_passkey, record_step_up
from annotations.accounts.services.proposals import decide_loss, decide_proposal, take_back_proposal
from annotations.accounts.services.provided import drop_provided, make_provided, turn_provided
from annotations.accounts.services.repeated import (
    repeat_closing,
    repeat_factor_removed,
    repeat_factors_taken,
    repeat_password_required,
    repeat_recovery_codes_made,
    repeat_role,
)
from annotations.accounts.services.sign_in import (
    complete_sign_in,
    end_over_session,
    record_failure,
    record_in_person,
    record_key_refusal,
    record_refusal,
    record_sign_in,
    record_sign_out,
    record_turned_away,
)

__all__ = [
    "Description",
    "NewApp",
    "accept_statement",
    "add_app",
    "add_passkey",
    "change_password",
    "change_role",
    "check_code",
    "check_passkey",
    "choose_time_zone",
    "close_account",
    "complete_sign_in",
    "create_key",
    "create_user",
    "decide_loss",
    "decide_proposal",
    "describe",
    "drop_provided",
    "end_other_sessions",
    "end_over_session",
    "end_session",
    "invite",
    "make_provided",
    "propose_loss",
    "record_failure",
    "record_in_person",
    "record_key_refusal",
    "record_key_used",
    "record_refusal",
    "record_sign_in",
    "record_sign_out",
    "record_step_up",
    "record_training",
    "record_turned_away",
    "remove_factor",
    "rename_factor",
    "renew_link",
    "renew_recovery_codes",
    "reopen",
    "repeat_closing",
    "repeat_factor_removed",
    "repeat_factors_taken",
    "repeat_password_required",
    "repeat_recovery_codes_made",
    "repeat_role",
    "require_new_password",
    "revoke_key",
    "set_password",
    "take_back_proposal",
    "turn_provided",
    "use_link",
]
