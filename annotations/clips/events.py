"""The events that this context publishes. Payloads carry ids only."""

RECEIVED = "clips.received"  # clip
ZONES_ADDED = "clips.zones_added"  # clip
HOLDS_CHANGED = "clips.holds_changed"  # clip
