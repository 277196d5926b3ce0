"""The blurred, grey poster by which a lead recognises a flagged clip."""

import cv2
from django.core.files.storage import storages
from django.db import transaction

from annotations.audit import repeats
from annotations.audit.actors import Actor
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.moderation import log
from annotations.moderation.models import Flag
from annotations.redaction import delivery
from annotations.vision.video import read_frames

COLUMNS, TILE_WIDTH, TILES = 3, 320, 6
_BLUR = (
    12  # the picture is shrunk by this factor and enlarged again: shapes and places remain, details do not
)


def serve_poster(flag: Flag, actor: Actor) -> bytes:
    """A contact sheet of the clip's rendition as JPEG: grey, silent, heavily blurred. Logged before it is made."""
    clip = flag.clip
    with transaction.atomic():
        gate.check(clip.pk, Purpose.MODERATION)
        rendition = delivery.current(clip)
        repeats.tell(
            log.POSTER_SERVED,
            actor,
            clip=clip.public_id,
            subject=clip.owner.pseudonym,
            purpose=Purpose.MODERATION,
            data={"flag": str(flag.pk)},
        )
    indices = [int((n + 0.5) * rendition.frames / TILES) for n in range(TILES)]
    frames = read_frames(storages["renditions"].path(rendition.name), indices)
    height = max(2, round(TILE_WIDTH * rendition.height / rendition.width))
    tiles = []
    for index in sorted(set(indices)):
        grey = cv2.cvtColor(frames[index], cv2.COLOR_BGR2GRAY)
        small = cv2.resize(grey, (TILE_WIDTH // _BLUR, max(1, height // _BLUR)), interpolation=cv2.INTER_AREA)
        tiles.append(cv2.resize(small, (TILE_WIDTH, height), interpolation=cv2.INTER_CUBIC))
    while len(tiles) % COLUMNS:
        tiles.append(tiles[-1])
    rows = [cv2.hconcat(tiles[start : start + COLUMNS]) for start in range(0, len(tiles), COLUMNS)]
    _, encoded = cv2.imencode(".jpg", cv2.vconcat(rows), [cv2.IMWRITE_JPEG_QUALITY, 70])
    return encoded.tobytes()
