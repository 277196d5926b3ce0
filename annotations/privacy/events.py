"""The events that this context publishes. Payloads carry ids only."""

GLASS_APPROVED = "privacy.glass_approved"  # request
LOG_CHECK_REQUESTED = "privacy.log_check_requested"  # run
LOG_ANCHOR_REQUESTED = "privacy.log_anchor_requested"  # run
