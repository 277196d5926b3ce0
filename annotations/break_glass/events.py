"""The events that this context publishes. Payloads carry ids only."""

APPROVED = "break_glass.approved"  # access
