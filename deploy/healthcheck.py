"""Asks the web server of this container whether the site can work; exit status 0 when it can."""

import os
import sys
import urllib.error
import urllib.request

host = os.environ["ALLOWED_HOSTS"].split(",")[0].strip()
request = urllib.request.Request("http://127.0.0.1:8000/healthz", headers={"Host": host})
try:
    with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310 (our own address)
        sys.exit(response.status != 200)
except (urllib.error.URLError, OSError):
    sys.exit(1)
