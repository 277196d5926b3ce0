"""The entries that this context writes."""

from annotations.accounts.enums import Role
from annotations.audit.fields import COUNT, PSEUDONYM, one_of
from annotations.audit.registry import action
from annotations.single_sign_on.enums import SignInRefusal

_ACCOUNT = {"account": PSEUDONYM}
_ROLE = {"role": one_of(Role.choices)}

JOINED = action(
    "single_sign_on.joined", "Account {account} came by the sign-in provider, as {role}", _ACCOUNT | _ROLE
)
REFUSED = action(
    "single_sign_on.refused",
    "Sign-in by the provider refused, of account {account}: {reason}; times: {times}",
    _ACCOUNT | {"reason": one_of(SignInRefusal.choices), "times": COUNT},
)
ENDED = action(
    "single_sign_on.ended",
    "The sign-in provider ended sessions of account {account}: {sessions}",
    _ACCOUNT | {"sessions": COUNT},
)
