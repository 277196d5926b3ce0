"""Searching a Redis: every key with what it holds, of any type."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import redis

from annotations.rights.scan.matcher import Matcher
from annotations.rights.scan.report import Place, Report

_READ: dict[bytes, Callable[[Any, bytes], Iterable[Any]]] = {
    b"string": lambda server, key: [server.get(key) or b""],
    b"list": lambda server, key: server.lrange(key, 0, -1),
    b"set": lambda server, key: server.sscan_iter(key),
    b"zset": lambda server, key: (member for member, _ in server.zscan_iter(key)),
    b"hash": lambda server, key: (part for pair in server.hscan_iter(key) for part in pair),
    b"stream": lambda server, key: (
        part for _, fields in server.xrange(key) for pair in fields.items() for part in pair
    ),
}


def search(store: str, url: str, matcher: Matcher, report: Report) -> None:
    """Every key of every database of the server. What cannot be read is told."""
    try:
        with redis.Redis.from_url(url, socket_timeout=20) as server:
            numbers = sorted(int(name.removeprefix("db")) for name in server.info("keyspace"))
        for number in numbers:
            with redis.Redis.from_url(url, db=number, socket_timeout=20) as server:
                _database(Place(store, f"database {number}"), server, matcher, report)
    except redis.RedisError as error:
        report.could_not(Place(store, "the server"), type(error).__name__)


def _database(place: Place, server: Any, matcher: Matcher, report: Report) -> None:
    for key in server.scan_iter():
        report.searched[place.store] += 1
        report.found(Place(place.store, f"names of keys in {place.where}"), matcher.count([key]))
        kind = server.type(key)
        if kind == b"none":
            continue  # it has gone meanwhile
        if kind not in _READ:
            report.could_not(place, f"There is a key of the type {kind.decode()}.")
            continue
        shown = "…" if matcher.stands_in(key) else key.decode(errors="replace")
        within = Place(place.store, f"{place.where}, key {shown}")
        report.found(within, matcher.count(_parted(_READ[kind](server, key))))


def _parted(values: Iterable[bytes]) -> Iterator[bytes]:
    """With something between two values, so that they do not look like one."""
    for value in values:
        yield value + b"\0"
