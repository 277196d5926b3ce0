"""The events that this context publishes. Payloads carry ids only."""

LOG_CHECK_REQUESTED = "oversight.log_check_requested"  # run
LOG_ANCHOR_REQUESTED = "oversight.log_anchor_requested"  # run
