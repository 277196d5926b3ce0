"""Pictures and clips that look like no other, and like themselves when they are coded again."""

import hashlib
import io

import av
import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, RATE = 320, 180, 10


def picture(seed: int) -> NDArray[np.uint8]:
    """Clouds of grey, 640 x 360."""
    noise = np.random.default_rng(seed).integers(0, 255, (9, 16)).astype(np.uint8)
    return np.asarray(cv2.resize(noise, (640, 360), interpolation=cv2.INTER_CUBIC), np.uint8)


def clip(seed: int, seconds: int = 2) -> bytes:
    """An H.264 MP4 of such a picture that drifts, with a key frame a second."""
    file = io.BytesIO()
    wide = cv2.resize(picture(seed), (WIDTH + RATE * seconds, HEIGHT))
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"g": str(RATE), "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(RATE * seconds):
            grey = np.ascontiguousarray(wide[:, number : number + WIDTH])
            frame = av.VideoFrame.from_ndarray(np.dstack([grey] * 3).astype(np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def sha256(content: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(content).hexdigest()
