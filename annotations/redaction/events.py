"""The events that this context publishes. Payloads carry ids only."""

REQUESTED = "redaction.requested"  # run
FINISHED = "redaction.finished"  # run
