"""The events that this context publishes. Payloads carry ids only."""

SCREENED = "moderation.screened"  # clip
RECHECK_REQUESTED = "moderation.recheck_requested"  # recheck
