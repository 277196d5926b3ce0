"""The entries that this context writes."""

from annotations.accounts.enums import FactorKind, KeyRefusal, Proof, ProposalKind, Role, Scope, SessionEnd
from annotations.audit.fields import CODE, COUNT, DAY, NAME, PSEUDONYM, TIME, list_of, one_of, pattern
from annotations.audit.registry import Repeats, action

_ACCOUNT = {"account": PSEUDONYM}
_PREFIX = pattern(r"[0-9a-f]{12}", "the prefix of a key", 12)
_KEY = {"prefix": _PREFIX, **_ACCOUNT}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "OTHER")

_CALL = {
    "method": pattern("|".join(METHODS), "a method of HTTP", 16),
    "route": pattern(r"[a-z_]{1,32}(:[a-z_]{1,32})?|", "a route", 65),
}
_TIMES = {"times": COUNT}
_ROLE = {"role": one_of(Role.choices)}
_PROPOSAL = _ACCOUNT | _ROLE | {"kind": one_of(ProposalKind.choices)}
# What ended with somebody's role or account: their sessions, API keys and sign-in links.
_ENDED = {"sessions": COUNT, "keys": COUNT, "links": COUNT}
_FACTOR = _ACCOUNT | {"factor": one_of(FactorKind.choices)}
_PROOF = {"proof": one_of(Proof.choices)}
_TAKEN = _ACCOUNT | {"factors": COUNT, "codes": COUNT, "sessions": COUNT}

SIGNED_IN = action("account.signed_in", "Signed in", repeats=Repeats())
SIGNED_OUT = action("account.signed_out", "Signed out", repeats=Repeats())
PASSWORD_GIVEN = action(
    "account.password_given",
    "Password of account {account} given; a second factor is asked for",
    _ACCOUNT,
    repeats=Repeats(),
)
SIGN_IN_FAILED = action(
    "account.sign_in_failed", "Sign-in failed for account {account}", _ACCOUNT, repeats=Repeats()
)
LOCKED_OUT = action(
    "account.locked_out",
    "Sign-in slowed to one try in 15 minutes for account {account}",
    _ACCOUNT,
    repeats=Repeats(),
)
CREATED = action("account.created", "Account {account} created as {role}", _ACCOUNT | _ROLE)
CHANGED = action(
    "account.changed",
    "Account {account} changed: {fields}",
    _ACCOUNT | {"fields": list_of(CODE, 4)},
)
TRAINED = action("account.trained", "Training of {account} recorded, of {day}", _ACCOUNT | {"day": DAY})
STATEMENT_ACCEPTED = action(
    "account.statement_accepted",
    "Confidentiality statement {version} accepted by {account}",
    _ACCOUNT | {"version": NAME},
)
CLOSED = action(
    "account.closed",
    "Account {account} closed; sessions ended: {sessions}, API keys: {keys}, sign-in links: {links}",
    _ACCOUNT | _ENDED,
)
OPENED = action("account.opened", "Account {account} opened as {role}", _ACCOUNT | _ROLE)
ROLE_CHANGED = action(
    "account.role_changed",
    "Role of account {account} changed from {before} to {role}; sessions ended: {sessions}, API keys: {keys}, "
    "sign-in links: {links}",
    _ACCOUNT | _ROLE | {"before": one_of(Role.choices)} | _ENDED,
)
PASSWORD_REQUIRED = action(
    "account.password_required",
    "New password required of account {account}; sessions ended: {sessions}",
    _ACCOUNT | {"sessions": COUNT},
)
LINK_MADE = action(
    "account.link_made", "Sign-in link made for account {account}, until {until}", _ACCOUNT | {"until": TIME}
)
LINK_USED = action("account.link_used", "Sign-in link used by account {account}", _ACCOUNT)
SESSIONS_ENDED = action(
    "account.sessions_ended",
    "Sessions of account {account} ended: {sessions}",
    _ACCOUNT | {"sessions": COUNT},
)
TIME_ZONE_CHOSEN = action(
    "account.time_zone_chosen", "Account {account} reads in the time zone {zone}", _ACCOUNT | {"zone": NAME}
)
PROPOSED = action("account.proposed", "Asked for account {account} as {role}: {kind}", _PROPOSAL)
PROPOSAL_AGREED = action(
    "account.proposal_agreed", "A second person agreed for account {account} as {role}: {kind}", _PROPOSAL
)
PROPOSAL_REFUSED = action(
    "account.proposal_refused", "A second person refused for account {account} as {role}: {kind}", _PROPOSAL
)
PROPOSAL_TAKEN_BACK = action(
    "account.proposal_taken_back",
    "What was asked for account {account} as {role} was taken back: {kind}",
    _PROPOSAL,
)
PROPOSAL_LAPSED = action(
    "account.proposal_lapsed",
    "What was asked for account {account} as {role} lapsed as it was closed: {kind}",
    _PROPOSAL,
)
PASSWORD_SET = action("account.password_set", "Password of account {account} set", _ACCOUNT)
CLOSED_AGAIN = action(
    "account.closed_again",
    "Account {account} closed, as it had been before the site was restored; sessions ended: {sessions}, API keys: "
    "{keys}, sign-in links: {links}",
    _ACCOUNT | _ENDED,
)
ROLE_CHANGED_AGAIN = action(
    "account.role_changed_again",
    "Role of account {account} changed from {before} to {role}, as before the site was restored; sessions ended: "
    "{sessions}, API keys: {keys}, sign-in links: {links}",
    _ACCOUNT | _ROLE | {"before": one_of(Role.choices)} | _ENDED,
)
PASSWORD_REQUIRED_AGAIN = action(
    "account.password_required_again",
    "New password required of account {account}, as before the site was restored; sessions ended: {sessions}",
    _ACCOUNT | {"sessions": COUNT},
)
FACTOR_ADDED = action("account.factor_added", "Second factor added to account {account}: {factor}", _FACTOR)
FACTOR_RENAMED = action(
    "account.factor_renamed", "Second factor of account {account} renamed: {factor}", _FACTOR
)
FACTOR_REMOVED = action(
    "account.factor_removed", "Second factor of account {account} removed: {factor}", _FACTOR
)
FACTOR_REMOVED_AGAIN = action(
    "account.factor_removed_again",
    "Second factor of account {account} removed, as before the site was restored: {factor}",
    _FACTOR,
)
FACTOR_USED = action(
    "account.factor_used",
    "Second factor of account {account} used: {proof}",
    _ACCOUNT | _PROOF,
    repeats=Repeats(),
)
FACTOR_REFUSED = action(
    "account.factor_refused", "Second factor of account {account} refused; times: {times}", _ACCOUNT | _TIMES
)
RECOVERY_CODES_MADE = action(
    "account.recovery_codes_made",
    "Recovery codes of account {account} made: {codes}; the former ones work no more",
    _ACCOUNT | {"codes": COUNT},
)
RECOVERY_CODES_ENDED_AGAIN = action(
    "account.recovery_codes_ended_again",
    "Recovery codes of account {account} ended, as before the site was restored: {codes}",
    _ACCOUNT | {"codes": COUNT},
)
FACTORS_TAKEN = action(
    "account.factors_taken",
    "Second factors of account {account} taken away: {factors}; recovery codes: {codes}, sessions ended: {sessions}",
    _TAKEN,
)
FACTORS_TAKEN_AGAIN = action(
    "account.factors_taken_again",
    "Second factors of account {account} taken away, as before the site was restored: {factors}; recovery codes: "
    "{codes}, sessions ended: {sessions}",
    _TAKEN,
)
STEPPED_UP = action("account.stepped_up", "Confirmed anew by {proof} who is there", _PROOF, repeats=Repeats())
SESSION_RAN_OUT = action(
    "account.session_ran_out",
    "Session of account {account} ran out: {why}",
    _ACCOUNT | {"why": one_of(SessionEnd.choices)},
    repeats=Repeats(),
)
KEY_CREATED = action(
    "account.key_created",
    "API key {prefix} made for {account}; opens: {scopes}; until: {until}; bound to networks: {networks}",
    _KEY
    | {
        "scopes": list_of(one_of(Scope.choices), len(Scope)).added_later("what the role may"),
        "until": TIME.added_later("not told"),
        "networks": COUNT.added_later("none"),
    },
)
KEY_ROTATED = action(
    "account.key_rotated",
    "API key {prefix} of {account} replaced by {successor}; goes on until {until}",
    _KEY | {"successor": _PREFIX, "until": TIME},
)
KEY_ENDED_AGAIN = action(
    "account.key_ended_again",
    "API key {prefix} of {account} goes on until {until} only, as before the site was restored",
    _KEY | {"until": TIME},
)
KEY_REVOKED = action("account.key_revoked", "API key {prefix} of {account} revoked", _KEY)
IN_PERSON = action(
    "account.in_person",
    "Confirmed by password, on the command line, what is done there in this person's name: {command}",
    {"command": CODE},
)
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
NETWORK_REFUSED = action(
    "access.network_refused",
    "Refused, as the role does not come in from that network: {method} {route}; times: {times}",
    _CALL | _TIMES,
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
