"""What the labeling API answers."""

from typing import Any, TypedDict


class NamedChoice(TypedDict):
    """`code` is what labels carry; `name` is what people read."""

    code: str
    name: str


class Next(TypedDict):
    """`next` is the address of the page to go on to; null when there is none."""

    next: str | None


class Address(TypedDict):
    """`url` gives the clip to this session until `expires_at` (ISO 8601)."""

    url: str
    expires_at: str


class OffScreen(TypedDict):
    """The clip may not be shown any more: `stands` is false, `code` and `message` say why, as an error's do."""

    stands: bool
    code: str
    message: str


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
    verdicts: list[NamedChoice]
    events: list[NamedChoice]
    tracks: list[NamedChoice]
    skip_reasons: list[NamedChoice]
    flag_categories: list[NamedChoice]
    hidden_kinds: list[NamedChoice]


class DescribedField(TypedDict):
    """`default` stands for the field where it is absent."""

    kind: str
    title: str
    default: str | bool | list[str] | None
    maximum: int
    choices: list[NamedChoice]


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
