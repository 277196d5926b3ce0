"""The entries that this context writes."""

from annotations.audit.registry import action, labels

from .enums import FlagCategory

_CATEGORY = {"category": labels(FlagCategory.choices)}

SCREENED = action(
    "content.screened",
    "Content checked; findings: {findings}, quarantined: {quarantined}",
    ["findings", "quarantined"],
)
FLAGGED = action(
    "content.flagged", "Flagged by a {source}: {category}", ["flag", "category", "source"], _CATEGORY
)
UPHELD = action("content.flag_upheld", "Flag upheld: {category}", ["flag", "category"], _CATEGORY)
DISMISSED = action("content.flag_dismissed", "Flag dismissed: {category}", ["flag", "category"], _CATEGORY)
POSTER_SERVED = action("content.poster_served", "Blurred poster shown", ["flag"])
