"""The entries that this context writes."""

from annotations.audit.registry import action

SIGNED_IN = action("account.signed_in", "Signed in")
SIGNED_OUT = action("account.signed_out", "Signed out")
SIGN_IN_FAILED = action("account.sign_in_failed", "Sign-in failed for account {account}", ["account"])
LOCKED_OUT = action("account.locked_out", "Sign-in locked for account {account}", ["account"])
CREATED = action("account.created", "Account {account} created as {role}", ["account", "role"])
KEY_CREATED = action("account.key_created", "API key {prefix} made for {account}", ["prefix", "account"])
KEY_REVOKED = action("account.key_revoked", "API key {prefix} of {account} revoked", ["prefix", "account"])
REFUSED = action("access.refused", "Refused: {method} {route}", ["method", "route"])
