"""A frame of the rendition with one hidden region marked: what leads and officers judge a false blur by."""

import cv2
import numpy as np
from django.core.files.storage import storages
from django.db import transaction

from annotations.audit import repeats
from annotations.audit.actors import Actor
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.clips.models import Clip
from annotations.redaction import delivery, log, selectors
from annotations.redaction.models import HiddenTrack, Unredaction
from annotations.vision.limits import ANY_SIZE
from annotations.vision.obscure import hidden_boxes, region
from annotations.vision.video.ranges import Ranges

WIDTH = 720
MARK = (0xFF, 0xD2, 0x3F)


def serve_region(clip: Clip, track: HiddenTrack | Unredaction, frame: int, actor: Actor) -> bytes:
    """The rendition's frame as JPEG, the region of the track outlined. Logged before it is made."""
    with transaction.atomic():
        gate.check(clip.pk, Purpose.LABELING)
        rendition = delivery.current(clip)
        repeats.tell(
            log.REGION_SHOWN,
            actor,
            clip=clip.public_id,
            subject=clip.owner.pseudonym,
            purpose=Purpose.LABELING,
            data={"frame": frame},
        )
    path = storages["renditions"].path(rendition.name)
    (decoded,) = Ranges(path, ANY_SIZE, rendition.frames).between(frame, frame)
    picture = np.ascontiguousarray(decoded.rgb())
    hidden = hidden_boxes({"boxes": track.boxes, "kind": track.kind})
    if (box := hidden.get(selectors.original_frame(rendition, frame))) is not None:
        x, y, width, height = region(box)
        corners = (round(x), round(y)), (round(x + width), round(y + height))
        cv2.rectangle(picture, *corners, (0, 0, 0), 4)
        cv2.rectangle(picture, *corners, MARK, 2)
    height = max(2, round(WIDTH * picture.shape[0] / picture.shape[1]))
    small = cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", np.ascontiguousarray(small[:, :, ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 80])
    return encoded.tobytes()
