"""The events that this context publishes. Payloads carry ids only."""

RELEASE_REQUESTED = "datasets.release_requested"  # release
