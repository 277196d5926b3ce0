"""How well a rendition hides faces that are known: for benchmarks and tests.

A reference face box counts as covered when at least 95 % of its pixels lie in the hidden region, and as leaking
when the fine detail of the original in its hidden pixels (luma minus its Gaussian blur) still correlates with that
of the rendition. What is hidden more than twice the size of the reference boxes away counts as excess.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box, as_box, by_frame, covered
from annotations.vision.limits import ANY_SIZE
from annotations.vision.obscure import hidden_boxes, hidden_mask
from annotations.vision.video.decode import decode

COVERED_SHARE = 0.95
"""Of a reference box that must lie in the hidden region."""
LEAKING_CORRELATION = 0.5
"""Of the fine detail, from which a box leaks."""
DETAIL_SIGMA = 2.0
"""Of the Gaussian that is taken away to get the fine detail, in pixels."""

Luma = NDArray[np.float32]


class Score(TypedDict):
    """`exposed` lists [frame, track] of reference boxes that are not covered; `leaking` of those whose detail
    remains; `excess_percent` is a mean over all frames; `ssim_outside` over every tenth."""

    boxes: int
    exposed: list[list[int]]
    tracks: int
    tracks_exposed: int
    least_covered: float
    leaking: list[list[int]]
    strongest_correlation: float
    hidden_percent: float
    excess_percent: float
    ssim_outside: float


def score(
    source: str,
    rendition: str,
    report: Mapping[str, Any],
    references: Sequence[Mapping[str, Sequence[float]]],
) -> Score:
    """Compare a finished pass with reference tracks (frame number as text -> [x, y, width, height]).

    Only for clips of constant rate, where frame n of the rendition is frame n of the original.
    """
    hidden = report_boxes(report)
    exposed: list[list[int]] = []
    leaking: list[list[int]] = []
    least, strongest = 1.0, 0.0
    hidden_shares, excess_shares, similarities = [], [], []
    for old, new in zip(decode(source, ANY_SIZE), decode(rendition, ANY_SIZE), strict=True):
        index = old.index
        original, shown = old.picture().luma, new.picture().luma
        height, width = original.shape
        mask = hidden_mask(hidden.get(index, ()), width, height)
        wanted: list[Box] = []
        for track, boxes in enumerate(references):
            if str(index) not in boxes:
                continue
            box = as_box(boxes[str(index)])
            wanted.append(box)
            share = covered(box, mask)
            least = min(least, share)
            if share < COVERED_SHARE:
                exposed.append([index, track])
            correlation = detail_correlation(original, shown, box, mask)
            strongest = max(strongest, correlation)
            if correlation > LEAKING_CORRELATION:
                leaking.append([index, track])
        hidden_shares.append(float(mask.mean()))
        excess_shares.append(excess(mask, wanted))
        if index % 10 == 0:
            similarities.append(mean_ssim(original, shown, ~mask))
    return Score(
        boxes=sum(len(boxes) for boxes in references),
        exposed=exposed,
        tracks=len(references),
        tracks_exposed=len({track for _, track in exposed}),
        least_covered=round(least, 4),
        leaking=leaking,
        strongest_correlation=round(strongest, 3),
        hidden_percent=round(100 * float(np.mean(hidden_shares)), 3),
        excess_percent=round(100 * float(np.mean(excess_shares)), 3),
        ssim_outside=round(float(np.mean(similarities)), 4),
    )


def excess(mask: NDArray[np.bool_], wanted: Sequence[Box]) -> float:
    """Share of the picture that is hidden outside twice the size of these boxes."""
    outside = mask.copy()
    for x, y, w, h in wanted:
        outside[
            max(0, int(y - h / 2)) : max(0, int(np.ceil(y + 1.5 * h))),
            max(0, int(x - w / 2)) : max(0, int(np.ceil(x + 1.5 * w))),
        ] = False
    return float(outside.mean())


def report_boxes(report: Mapping[str, Any]) -> dict[int, list[Box]]:
    """The hidden boxes of a report, by frame of the original."""
    return by_frame(map(hidden_boxes, report["tracks"]))


def detail_correlation(
    original: NDArray[np.uint8], shown: NDArray[np.uint8], box: Box, where: NDArray[np.bool_]
) -> float:
    """Pearson correlation of the fine detail of two pictures inside a box, over the pixels where the mask is
    set; 0 where one of them has none."""
    x, y, width, height = box
    window = (
        slice(max(0, round(y)), max(0, round(y + height))),
        slice(max(0, round(x)), max(0, round(x + width))),
    )
    a, b = (_detail(picture, window)[where[window]] for picture in (original, shown))
    # A tenth of the original's contrast is not the original's detail, whatever it correlates with.
    if a.size < 16 or a.std() < 0.5 or b.std() < 0.1 * a.std():
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _detail(picture: NDArray[np.uint8], window: tuple[slice, slice]) -> Luma:
    part = picture.astype(np.float32)
    return (part - np.asarray(cv2.GaussianBlur(part, (0, 0), DETAIL_SIGMA), np.float32))[window]


def mean_ssim(a: NDArray[np.uint8], b: NDArray[np.uint8], where: NDArray[np.bool_]) -> float:
    """Mean SSIM (Wang et al. 2004: Gaussian window, sigma 1.5) over the pixels where the mask is set."""
    x, y = a.astype(np.float32), b.astype(np.float32)

    def blur(values: Luma) -> Luma:
        return np.asarray(cv2.GaussianBlur(values, (11, 11), 1.5), np.float32)

    mean_x, mean_y = blur(x), blur(y)
    variance_x, variance_y = blur(x * x) - mean_x**2, blur(y * y) - mean_y**2
    covariance = blur(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    ssim = ((2 * mean_x * mean_y + c1) * (2 * covariance + c2)) / (
        (mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2)
    )
    # Windows that reach into what was hidden differ on purpose.
    outside = cv2.erode(where.astype(np.uint8), np.ones((11, 11), np.uint8)).astype(bool)
    return float(ssim[outside].mean()) if outside.any() else 1.0
