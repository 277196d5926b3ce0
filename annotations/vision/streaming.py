"""The pass in one decode: pictures wait until the tracks around them are known, then they are hidden and encoded.

What is hidden on a frame depends on what is seen up to a gap and a reach later, so rendering follows looking at that
distance. What becomes known later still (a doubtful track that is confirmed, a face that only the check sees) shows
when the tracks of the whole clip are compared with what was hidden; `recoding` mends that.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from annotations.vision.analysis import Analysis, Watch, stretch
from annotations.vision.boxes import Box
from annotations.vision.content import ContentModel
from annotations.vision.faces import FaceDetector
from annotations.vision.limits import Limits
from annotations.vision.obscure import Hiding
from annotations.vision.pool import Pool
from annotations.vision.rendering import Rendered, Rendering
from annotations.vision.tracking import TrackingRules, boxes_by_frame, link
from annotations.vision.video.decode import DecodedFrame, decode, half_the_cores
from annotations.vision.video.probe import Probe
from annotations.vision.video.timing import Schedule

MOST_WAITING_BYTES = 220_000_000
STRETCHES = 4
"""Decoded ahead of what has been looked at, so that there is always something to look at."""
MEMORY_SECONDS = 4.0
"""How far back tracks are followed while the clip streams; the comparison at its end looks at all of it."""


class Settling:
    """What is to be hidden on frames, as soon as nothing that is still to be seen should change it."""

    def __init__(self, rate: float, rules: TrackingRules) -> None:
        self._rate = rate
        self._rules = rules
        self._lag = lag(rate, rules)
        self._looked_to = 0
        self._hidden: Mapping[int, Sequence[Box]] = {}
        self.settled = 0
        """Frames before this one are settled."""

    def update(self, analysis: Analysis, looked_to: int, *, ended: bool = False) -> None:
        """Take in that all frames before `looked_to` have been looked at; `ended` when there are no more."""
        if looked_to == self._looked_to and not ended:
            return
        self._looked_to = looked_to
        start = max(0, self.settled - self._lag - round(MEMORY_SECONDS * self._rate))
        recent = {frame: faces for frame, faces in analysis.detections.items() if frame >= start}
        cuts = [cut for cut in analysis.cuts if cut > start]
        tracks = link(recent, rate=self._rate, frames=looked_to, cuts=cuts, rules=self._rules)
        self._hidden = boxes_by_frame(tracks)
        self.settled = looked_to if ended else max(self.settled, looked_to - self._lag)

    def boxes(self, frame: int) -> Sequence[Box]:
        return self._hidden.get(frame, ())


def lag(rate: float, rules: TrackingRules) -> int:
    """Frames after which a frame's boxes stay as they are, unless a doubtful track is confirmed."""
    return round((rules.longest_gap + rules.reach + rules.sway) * rate) + 3


def fits(facts: Probe, rules: TrackingRules) -> bool:
    """Whether the pictures that would have to wait fit into memory."""
    return most_waiting(facts, rules) * facts.width * facts.height * 3 / 2 <= MOST_WAITING_BYTES


def most_waiting(facts: Probe, rules: TrackingRules) -> int:
    """The lag, and the stretches that are being looked at or filled."""
    stretches = min(facts.frames, STRETCHES * stretch(facts.frame_rate))
    return lag(facts.frame_rate, rules) + stretches


def stream(
    source: str,
    target: str,
    facts: Probe,
    plan: Schedule,
    *,
    rules: TrackingRules,
    effect: Hiding,
    limits: Limits,
    detector: FaceDetector,
    screeners: Sequence[ContentModel],
    on_frame: Callable[[int], None],
) -> tuple[Analysis, Rendered | None, Mapping[int, Sequence[Box]]]:
    """Look at the clip and write its rendition; what was seen, what was written, and which boxes it hides by frame.

    What was written is None when the clip did not decode as its packets had promised: then it has to be rendered
    from what was seen. Raises VideoError.
    """
    waiting: deque[DecodedFrame] = deque()
    most = most_waiting(facts, rules)
    with ThreadPoolExecutor(1) as looking, Pool(half_the_cores()) as pool:
        watch = Watch(detector, screeners, looking, pool, weakest=rules.weak, rate=facts.frame_rate)
        settling = Settling(facts.frame_rate, rules)
        rendering = Rendering(
            target,
            plan,
            facts.frames,
            effect=effect,
            detector=detector,
            pool=pool,
        )

        def write(least: int) -> None:
            """Render settled frames while the encoder has room, or waiting for it at least so many; what is beyond
            the promised number falls away."""
            while waiting and waiting[0].index < settling.settled and (least > 0 or rendering.has_room):
                decoded = waiting.popleft()
                if decoded.index < facts.frames:
                    rendering.see(decoded, settling.boxes(decoded.index))
                    on_frame(decoded.index)
                least -= 1

        try:
            for decoded in decode(source, limits, half_the_cores()):
                kept = decoded.compact()
                watch.see(kept)
                waiting.append(kept)
                settling.update(watch.result, watch.looked_to)
                write(len(waiting) - most)
                while len(waiting) > most and watch.is_busy:
                    watch.collect_one()
                    settling.update(watch.result, watch.looked_to)
                    write(len(waiting) - most)
            analysis = watch.finish()
            settling.update(analysis, analysis.frames, ended=True)
            write(len(waiting))
        finally:
            rendering.close()
        promised = analysis.frames == facts.frames and analysis.plan == plan
        return analysis, rendering.result() if promised else None, rendering.hidden
