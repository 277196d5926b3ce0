"""Why the log's keys do not sign."""


class Refused(Exception):
    """The tree is not one that may be signed: it does not continue what was signed, or a key is not here."""
