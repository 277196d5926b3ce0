"""The events that this context publishes. Payloads carry ids only."""

SCREENED = "moderation.screened"  # clip
