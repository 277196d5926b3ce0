"""What a pass has to do with its camera when it ends. Inside the transaction that publishes the rendition."""

from collections.abc import Sequence

from annotations.clips.locking import lock_device
from annotations.clips.models import Device
from annotations.clips.selectors import camera_of
from annotations.redaction.models import RedactionRun
from annotations.vision.camera import Camera

MOST_TURNS = 3
"""How many orientations are remembered: each costs a search on every sample, until it finds nobody for a while."""


class CameraChanged(Exception):
    """A privacy zone was added while the pass went on: another attempt fills it."""


def check_zones(run: RedactionRun, device: Device) -> None:
    """Raises CameraChanged when the rendition lacks a privacy zone. None can be added until the transaction ends."""
    lock_device(device.pk)
    device.refresh_from_db(fields=["seen_turns", "least_version"])
    if run.camera_version < device.least_version:
        raise CameraChanged("A privacy zone was added to the camera meanwhile.")


def learn(run: RedactionRun, device: Device, seen_turns: Sequence[int]) -> None:
    """Remembers for the device's next clips the orientations in which faces were found; `seen_turns` (in eighths) go by
    how the run turned its pictures."""
    seen = Camera.from_dict({"quarter_turns": run.camera["quarter_turns"], "seen_turns": seen_turns})
    found = seen.shown_as(camera_of(device)).seen_turns
    latest_first = list(dict.fromkeys([*found, *device.seen_turns]))[:MOST_TURNS]
    if latest_first != device.seen_turns:
        device.seen_turns = latest_first
        device.save(update_fields=["seen_turns"])
