"""The report of a pass: what was found, what was hidden, and with what. Written as JSON beside the rendition.

Boxes are [x, y, width, height] in displayed pixels of the rendition. Those are the original's pixels, but where
`source.scaled_from` tells that it was recorded larger: `width` and `height` of source and rendition always agree.
Frames of `tracks` and `findings` are numbers of original frames, from 0; `frame_map` leads from rendition frames to
them and is null when they are the same. `light` tells how bright the rendition is.

These names are stored with every run and read again by repairs, screening and pages: they stay as they are.
"""

from typing import Literal, NotRequired, TypedDict

SCHEMA = 2
"""Version of the form of reports."""

Kind = Literal["face", "licence_plate", "document_or_screen", "name_or_number", "other"]
"""What people ask to hide. Reports and orders from before there were kinds are of faces."""
FACE: Kind = "face"


class Light(TypedDict):
    """Means over the pictures: `luma` 0 to 255, `colour` the distance of the colour planes from grey (0 to 128)."""

    luma: float
    colour: float


class SourceReport(TypedDict):
    """What the clip is: the fields of `video.probe.Probe`, with the frames that were decoded; `undecodable` counts the
    pictures of the file that were not. Fields that may be missing are so in reports from before 2026-11-29."""

    container: str
    codec: str
    width: int
    height: int
    rotation: int
    mirrored: NotRequired[bool]
    frame_rate: float
    constant_rate: bool
    frames: int
    duration: float
    has_audio: bool
    scaled_from: NotRequired[list[int] | None]
    tone_mapped_from: NotRequired[str | None]
    partial: NotRequired[bool]
    undecodable: NotRequired[int]
    cover_pictures: NotRequired[int]
    other_streams: NotRequired[int]


class RenditionReport(TypedDict):
    """What was written: its frames, frames a second, size in pixels, and bytes."""

    frames: int
    frame_rate: float
    width: int
    height: int
    bytes: int


class TrackReport(TypedDict):
    """`boxes` by frame number (as text): face boxes, or boxes of the `kind`; what is hidden is `obscure.region` of
    them. `source` is "detector", or "person" when somebody drew it and it was followed from there."""

    id: int
    boxes: dict[str, list[float]]
    score: float
    source: str
    kind: NotRequired[str]


class FindingReport(TypedDict):
    """`time` is in seconds of the original; `box` is null when the label means the whole picture."""

    frame: int
    time: float
    label: str
    score: float
    box: list[float] | None
    model: str


class ExposedFace(TypedDict):
    """A face that the check found outside the hidden regions; `frame` counts in the rendition."""

    frame: int
    box: list[float]
    score: float


class Evidence(TypedDict):
    """What the second opinion saw that nothing hidden accounts for; `frame` counts in the rendition, `model` is its
    name, `kind` what it takes it for."""

    frame: int
    box: list[float]
    score: float
    model: str
    kind: Literal["face", "head", "person"]


class ResidualReport(TypedDict):
    """How many key frames were checked, the faces that were found outside of what is hidden, and what the second
    opinion says: its evidence, and why it could not judge the pictures ("" if it could).

    Reports from before there was a second opinion have neither of its fields; some of those after it have `agreed`,
    how many faces it saw in hidden regions.
    """

    checked_frames: int
    exposed: list[ExposedFace]
    evidence: NotRequired[list[Evidence]]
    agreed: NotRequired[int]
    unjudgeable: NotRequired[Literal["", "too_dark", "too_blurred", "too_small"]]


class FingerprintReport(TypedDict):
    """PDQ hashes (64 hexadecimal digits each) and their qualities (0 to 100), one every `step` seconds of the
    original. A repair, which does not analyse the whole clip, has none. `uncropped` has several hashes for each,
    one after the other, that the picture would have if something had been cut off its edges; older reports lack it."""

    step: float
    hashes: list[str]
    qualities: list[int]
    uncropped: NotRequired[list[str]]


class ModelReport(TypedDict):
    """A model that was used. `role` is "face", "person", "content" or "opinion"."""

    name: str
    sha256: str
    role: str


class CameraReport(TypedDict):
    """What was known of the camera and applied: the fields of `camera.Camera`, as its `as_dict` gives them."""

    quarter_turns: int
    aspect: str | None
    zones: list[list[list[float]]]
    seen_turns: list[int]
    version: int


class Report(TypedDict):
    """All of it. `presentation_times` are in seconds from the first frame, `seconds` wall time by stage. `seen_turns`
    are the turns, in eighths, in which a whole pass found somebody."""

    schema: int
    source: SourceReport
    presentation_times: list[float]
    frame_map: list[int] | None
    rendition: RenditionReport
    effect: str
    tracks: list[TrackReport]
    findings: list[FindingReport]
    residual: ResidualReport
    fingerprint: FingerprintReport
    models: list[ModelReport]
    seconds: dict[str, float]
    peak_memory_mb: float
    light: NotRequired[Light]
    camera: NotRequired[CameraReport]
    seen_turns: NotRequired[list[int]]


class MissedFace(TypedDict):
    """`frame` counts the rendition's frames, `box` is [x, y, width, height] in displayed pixels; `kind` is there where
    something else than a face is to be hidden."""

    frame: int
    box: list[float]
    kind: NotRequired[Kind]


class UnredactedTrack(TypedDict):
    """A track that is not hidden any more; `boxes` and `kind` as in a track's report."""

    boxes: dict[str, list[float]]
    kind: NotRequired[str]


class EarlierRun(TypedDict):
    """What a repair has to know of the run that made the rendition: the fields of its report."""

    schema: int
    presentation_times: list[float]
    frame_map: list[int] | None
    effect: str
    tracks: list[TrackReport]
    findings: list[FindingReport]
    models: list[ModelReport]


class RepairOrder(TypedDict):
    """`missed_faces` is what was drawn since that run, faces and other kinds, `unredacted` all that two people agreed
    to show."""

    earlier: EarlierRun
    missed_faces: list[MissedFace]
    unredacted: list[UnredactedTrack]
