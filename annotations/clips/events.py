"""The events that this context publishes. Payloads carry ids only."""

RECEIVED = "clips.received"  # clip
HOLDS_CHANGED = "clips.holds_changed"  # clip
