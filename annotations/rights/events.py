"""The events that this context publishes. Payloads carry ids only."""

ERASURE_REQUESTED = "rights.erasure_requested"  # erasure
