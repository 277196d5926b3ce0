"""The entries that this context writes."""

from annotations.accounts.enums import KeyRefusal, Role
from annotations.audit.fields import COUNT, PSEUDONYM, one_of, pattern
from annotations.audit.registry import action

_ACCOUNT = {"account": PSEUDONYM}
_KEY = {"prefix": pattern(r"[0-9a-f]{12}", "the prefix of a key", 12), **_ACCOUNT}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "OTHER")

_CALL = {
    "method": pattern("|".join(METHODS), "a method of HTTP", 16),
    "route": pattern(r"[a-z_]{1,32}(:[a-z_]{1,32})?|", "a route", 65),
}
_TIMES = {"times": COUNT}

SIGNED_IN = action("account.signed_in", "Signed in")
SIGNED_OUT = action("account.signed_out", "Signed out")
SIGN_IN_FAILED = action("account.sign_in_failed", "Sign-in failed for account {account}", _ACCOUNT)
LOCKED_OUT = action("account.locked_out", "Sign-in locked for account {account}", _ACCOUNT)
CREATED = action(
    "account.created", "Account {account} created as {role}", _ACCOUNT | {"role": one_of(Role.choices)}
)
PASSWORD_SET = action("account.password_set", "Password of account {account} set", _ACCOUNT)
CLOSED_AGAIN = action(
    "account.closed_again", "Account {account} closed, as it had been before the site was restored", _ACCOUNT
)
KEY_CREATED = action("account.key_created", "API key {prefix} made for {account}", _KEY)
KEY_REVOKED = action("account.key_revoked", "API key {prefix} of {account} revoked", _KEY)
REFUSED = action("access.refused", "Refused: {method} {route}", _CALL)
REFUSED_AGAIN = action(
    "access.refused_again", "Refused, again and again: {method} {route}; times: {times}", _CALL | _TIMES
)
CSRF_REFUSED = action(
    "access.csrf_refused",
    "Refused, as it did not come from a page of this site: {method} {route}; times: {times}",
    _CALL | _TIMES,
)
TOO_OFTEN = action(
    "access.too_often", "Refused, as too often: {method} {route}; times: {times}", _CALL | _TIMES
)
NOT_FOUND = action(
    "access.not_found",
    "Asked for what is not there, or is not for them: {method} {route}; times: {times}",
    _CALL | _TIMES,
)
KEY_REFUSED = action(
    "access.key_refused",
    "API key refused, of account {account}: {reason}; times: {times}",
    _ACCOUNT | _TIMES | {"reason": one_of(KeyRefusal.choices)},
)
