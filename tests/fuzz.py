"""Tries every cell of the permission matrix, then random requests as every role, and tells the figures.

    .venv/bin/python -m tests.fuzz --requests 20000 --seed 7

Needs no site: the database is made for it and thrown away. The same in small is a test of every run
(`tests/test_fuzz.py`).
"""

import argparse
import os
import sys

import pytest


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=5000, help="how many, shared among the roles")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same choices")
    options = parser.parse_args()
    os.environ |= {"FUZZ_REQUESTS": str(options.requests), "FUZZ_SEED": str(options.seed)}
    sys.exit(
        pytest.main(
            ["-q", "--capture=sys", "-rP", "--timeout=0", "--show-capture=stdout", "tests/test_fuzz.py"]
        )
    )


if __name__ == "__main__":
    main()
