"""Which refusals are entries of their own, so that no script can fill the log.

The first five of one caller at one thing within ten minutes are written one by one; then one entry when they have
doubled, and again, telling how many it stands for. A million refusals make 22 entries. All who are not signed in are
one caller: their addresses are theirs to choose. Whatever a caller is refused beyond twenty different things is counted
together, or a walk through all routes would leave an entry for each. Counted in Django's cache, whose default is each
process's own: with n web processes there are up to n times as many entries.
"""

from django.core.cache import cache

WINDOW_SECONDS = 600
SINGLY = 5
MOST_THINGS = 20
"""So many different things are counted apart, within the window, of each kind of refusal."""


def counted(caller: str, thing: str, kind: str = "refused") -> int:
    """Counts one refusal; of how many an entry is due now: 1, or as many as were not told of yet, or 0 for none."""
    key = f"refusals:{caller}:{kind}:{thing}"
    if cache.get(key) is None and _one_more(f"refusals:{caller}:{kind}") > MOST_THINGS:
        key = f"refusals:{caller}:{kind}:whatever-else"
    return due(_one_more(key))


def _one_more(key: str) -> int:
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # the ten minutes ended in between
        cache.set(key, 1, WINDOW_SECONDS)
        return 1


def due(count: int) -> int:
    """Of how many refusals an entry is due at the count-th within the window: 1, as many as were not told of, or 0."""
    if count <= SINGLY:
        return 1
    times, rest = divmod(count, SINGLY)
    return count // 2 if rest == 0 and times & (times - 1) == 0 else 0
