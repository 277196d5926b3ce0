"""Threads for work on small pictures beside the decoding and coding of large ones."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Semaphore
from typing import ParamSpec, TypeVar

WorkArguments = ParamSpec("WorkArguments")
Result = TypeVar("Result")

MOST_WAITING = 24


class Pool(ThreadPoolExecutor):
    """Makes whoever gives it work wait while `most` pieces are not done: the pictures of all of them are in memory.

    Work must not give more work to its own pool.
    """

    def __init__(self, threads: int, most: int = MOST_WAITING) -> None:
        super().__init__(threads)
        self._places = Semaphore(most)

    def submit(
        self,
        work: Callable[WorkArguments, Result],
        /,
        *args: WorkArguments.args,
        **kwargs: WorkArguments.kwargs,
    ) -> Future[Result]:
        """As the base class does, after waiting for a place."""
        self._places.acquire()
        try:
            future = super().submit(work, *args, **kwargs)
        except BaseException:
            self._places.release()
            raise
        future.add_done_callback(lambda _: self._places.release())
        return future
