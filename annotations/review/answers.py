"""What the labeling API answers."""

from typing import Any, TypedDict

from annotations.review.schema import Choice


class Next(TypedDict):
    """`next` is the address of the page to go on to; null when there is none."""

    next: str | None


class Address(TypedDict):
    """`url` gives the clip to this session until `expires_at` (ISO 8601)."""

    url: str
    expires_at: str


class Saved(TypedDict):
    """The draft's new revision."""

    revision: int


class Extended(TypedDict):
    """Until when the clip stays in hand (ISO 8601)."""

    lease_until: str | None


class ClaimedClip(TypedDict):
    """Sizes in pixels; `presentation_times` and `duration` in seconds; zones in shares of the upright picture."""

    id: str
    width: int
    height: int
    frame_rate: float
    frames: int
    duration: float
    presentation_times: list[float]
    zones: list[list[list[float]]]


class ClaimedProject(TypedDict):
    name: str
    instructions: str


class ClaimedSchema(TypedDict):
    """The codes to choose from."""

    version: int
    verdicts: list[Choice]
    events: list[Choice]
    tracks: list[Choice]
    skip_reasons: list[Choice]
    flag_categories: list[Choice]
    hidden_kinds: list[Choice]


class DescribedField(TypedDict):
    """`default` stands for the field where it is absent."""

    kind: str
    title: str
    default: str | bool | list[str] | None
    maximum: int
    choices: list[Choice]


class ClaimedDraft(TypedDict):
    """Revision 0 has not been saved; its body is what was handed in before, if anything was. A draft may be wrong."""

    revision: int
    body: dict[str, Any] | None


class Claimed(TypedDict):
    """A clip in hand, with all that the labeling page needs."""

    id: str
    lease_until: str | None
    lease_seconds: int
    server_time: str
    clip: ClaimedClip
    project: ClaimedProject
    schema: ClaimedSchema
    fields: dict[str, dict[str, DescribedField]]
    draft: ClaimedDraft
    returned_note: str | None
    urls: dict[str, str]
