"""The events that this context publishes. Payloads carry ids only."""

ACCEPTED = "review.accepted"  # clip
