"""What this context tells the others."""

QUEUED = "outgoing.queued"
