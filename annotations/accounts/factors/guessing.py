"""How wrong codes are slowed. Nothing is locked for ever: whoever knows a password could keep its person out."""

import datetime

FREE = 5
"""So many wrong codes in a row cost nothing but the attempt, and end the sign-in that they were sent in."""

FIRST_WAIT = datetime.timedelta(seconds=30)
LONGEST_WAIT = datetime.timedelta(hours=1)


def wait_after(wrong: int) -> datetime.timedelta:
    """How long no code is taken after so many wrong ones in a row: 30 seconds, doubled each time, an hour at most.

    24 attempts a day at three codes that are right of a million: after a year of them, one guess in 38 has come in.
    """
    if wrong < FREE:
        return datetime.timedelta()
    doubled: datetime.timedelta = FIRST_WAIT * 2 ** min(wrong - FREE, 20)
    return min(doubled, LONGEST_WAIT)
