"""The events that this context publishes. Payloads carry ids only."""

ANSWER_REQUESTED = "rights.answer_requested"  # run
ERASURE_REQUESTED = "rights.erasure_requested"  # erasure
