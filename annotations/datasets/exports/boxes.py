"""Boxes as exports give them. Pure."""


def inside(box: list[float], width: int, height: int) -> list[float] | None:
    """The part of the box that lies in the picture, to hundredths of a pixel; None when nothing does.

    `box` and what is returned are [x, y, width, height] in pixels of the picture, whose size is `width`, `height`.
    """
    left, top = max(0.0, box[0]), max(0.0, box[1])
    right, bottom = min(float(width), box[0] + box[2]), min(float(height), box[1] + box[3])
    cut = [round(value, 2) for value in (left, top, right - left, bottom - top)]
    return cut if cut[2] > 0 and cut[3] > 0 else None
