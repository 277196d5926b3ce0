"""What proves, after the password, that somebody is there: codes of an app, passkeys, recovery codes. No database."""
