"""How often people are told apart in a mosaic: the figures as published, here and nowhere else.

Measured by `tests/vision/test_reidentification.py`, which fails when they are no longer true.
"""

ATTACKED = 60
"""People to be named among as many, one try each."""
RIGHT = {"nearest": 11, "nearest_mean": 10, "linear": 10}
"""How many of them each attack named rightly."""
MOST = max(RIGHT.values())
"""Those of the attack that succeeds most often."""
