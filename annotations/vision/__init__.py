"""Hide faces in video clips, screen them, and prove what was done.

A plain Python package without Django. The command line is `python -m annotations.vision`; `confined` runs that command
as a limited child process, which is how the site has untrusted clips decoded.
"""

import os

# Both are read once, on import or at the first use, so they are set before.
# onnxruntime would collect usage data, from a thread that it starts.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"):
    # The pass has threads of its own. Those of numpy and OpenCV wait for each other in busy loops.
    os.environ.setdefault(_variable, "1")
