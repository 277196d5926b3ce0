"""Hide faces in video clips, screen them, and prove what was done.

A plain Python package without Django. The command line is `python -m annotations.vision`; `confined` runs that command
as a limited child process, which is how the site has untrusted clips decoded.
"""

import os

# onnxruntime collects usage data, from a thread that it starts on import, unless this is set before.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
