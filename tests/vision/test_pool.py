"""Work waits for a place, and places are given back."""

import threading
import time
from concurrent.futures import Future

import pytest

from annotations.vision.pool import Pool


def test_whoever_gives_more_work_than_may_wait_waits() -> None:
    gate, given = threading.Event(), []

    def give() -> None:
        for _ in range(4):
            given.append(pool.submit(gate.wait))

    with Pool(1, most=3) as pool:
        giver = threading.Thread(target=give)
        giver.start()
        deadline = time.monotonic() + 10
        while len(given) < 3 and time.monotonic() < deadline:
            time.sleep(0.001)
        giver.join(0.05)
        assert giver.is_alive()
        assert len(given) == 3
        gate.set()
        giver.join(10)
        assert not giver.is_alive()
        assert all(future.result(10) for future in given)


def test_work_that_fails_gives_its_place_back() -> None:
    with Pool(1, most=1) as pool:
        for _ in range(3):
            future: Future[float] = pool.submit(lambda: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                future.result(10)


def test_a_pool_that_is_closed_gives_the_place_back() -> None:
    pool = Pool(1, most=1)
    pool.shutdown()
    for _ in range(2):
        with pytest.raises(RuntimeError):
            pool.submit(int)
