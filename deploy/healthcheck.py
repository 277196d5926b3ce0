"""Whether this container's program works; exit status 0 when it does.

python deploy/healthcheck.py                      asks the web server whether the site can work
python deploy/healthcheck.py --written-by-beat    looks whether beat has written its schedule lately, as it does
                                                  every three minutes
"""

import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

BEAT_SECONDS = 600


def site_works() -> bool:
    host = os.environ["ALLOWED_HOSTS"].split(",")[0].strip()
    request = urllib.request.Request("http://127.0.0.1:8000/healthz", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310 (our own address)
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def beat_works(schedule: Path, now: float) -> bool:
    """Some databases add a suffix to the name of their file."""
    written = [file.stat().st_mtime for file in schedule.parent.glob(f"{schedule.name}*")]
    return bool(written) and now - max(written) < BEAT_SECONDS


if __name__ == "__main__":
    if "--written-by-beat" in sys.argv:
        sys.exit(not beat_works(Path(os.environ["BEAT_SCHEDULE_FILE"]), time.time()))
    sys.exit(not site_works())
