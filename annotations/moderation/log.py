"""The entries that this context writes."""

from annotations.audit.registry import action

SCREENED = action(
    "content.screened",
    "Content checked: {findings} findings, quarantined: {quarantined}",
    ["findings", "quarantined"],
)
FLAGGED = action("content.flagged", "Flagged as {category} by a {source}", ["flag", "category", "source"])
UPHELD = action("content.flag_upheld", "Flag upheld ({category})", ["flag", "category"])
DISMISSED = action("content.flag_dismissed", "Flag dismissed ({category})", ["flag", "category"])
POSTER_SERVED = action("content.poster_served", "Blurred poster shown", ["flag"])
