"""Errors of the vision package. Every code is stable: callers and translations depend on it."""


class VisionError(Exception):
    """Base of all expected failures; `code` is stable snake case, `message` a plain sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class VideoError(VisionError):
    """The input cannot be accepted as a clip. `code` is a key of `VIDEO_ERRORS`."""

    def __init__(self, code: str, message: str | None = None) -> None:
        super().__init__(code, message or VIDEO_ERRORS[code])


class ModelError(VisionError):
    """A model file is missing, is not the pinned one, or cannot be run."""

    def __init__(self, message: str, code: str = "model_unavailable") -> None:
        super().__init__(code, message)


class UnconfinedError(VisionError):
    """This system cannot keep a decoder from files, and nobody has accepted that: nothing is decoded."""

    def __init__(self) -> None:
        super().__init__(
            "decoder_unconfined",
            "This system has no Landlock, which keeps the decoder of videos from files. No video is read.",
        )


def decoder_crashed(message: str | None = None) -> VideoError:
    """The error for a child that died, broke its bounds, or told what makes no sense."""
    return VideoError("decoder_crashed", message)


def not_repeatable() -> VideoError:
    """The error for a file that decodes to other frames when it is read again."""
    return VideoError("decoder_failed", "The video could not be read twice in the same way.")


VIDEO_ERRORS = {
    "empty_file": "The file is empty.",
    "not_a_video": "The file is not a video in a format that is accepted here.",
    "truncated": "The file is cut off: part of the video is missing. Send it whole, or allow that what is there is "
    "taken (accept_partial).",
    "no_video_stream": "The file has no video in it, only sound or other data.",
    "no_frames": "The file has a video track without a single picture in it.",
    "too_long": "The clip is longer than is accepted: cut it, or make a time-lapse play faster.",
    "too_large": "The file is larger than is accepted.",
    "too_many_frames": "The clip has more pictures than are accepted: record fewer a second.",
    "too_many_pixels": "The picture has more pixels than are accepted: export the clip smaller.",
    "unknown_codec": "The video is coded in a way that is not accepted here.",
    "bad_frame_rate": "By its time stamps the clip has more than 240 pictures a second, or it has none to go by: "
    "export it at an ordinary rate.",
    "rate_unknown": "The file is a bare stream of pictures that does not say how fast they follow: give the frames a "
    "second (frame_rate), or put it into an MP4 or Matroska file.",
    "decoder_failed": "The video is damaged: it could not be decoded.",
    "decoder_crashed": "The video is damaged: the decoder stopped unexpectedly.",
    "decoder_timeout": "The video took too long to read.",
}
