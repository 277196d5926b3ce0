"""What an erasure costs on a large site, the check that ends it, and a privacy scan of the same tables.

    python -m benchmarks.erasure_check [--clips 10000] [--entries 30]

Seconds of processor time on SQLite, printed as one JSON object, for erasures of 1, 20, 200 and 2,000 clips.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.log_data import settings

ROOT = Path(__file__).resolve().parents[1]
MEASURE = "benchmarks.erasure_check_times"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=10_000)
    parser.add_argument("--entries", type=int, default=30, help="entries of the log for each clip")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="erasure-check-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        environment = settings(f"sqlite:///{folder / 'site.sqlite3'}", folder)
        measure = [sys.executable, "-m", MEASURE, str(options.clips), str(options.entries)]
        started = time.monotonic()
        measured = subprocess.run(measure, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    found = {**json.loads(measured.stdout), "seconds_in_all": round(time.monotonic() - started)}
    print(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
