"""The libraries under the pass start no threads: it has its own, and theirs would wait in busy loops."""

import os
import subprocess
import sys

from annotations.vision.child import CHECKOUT

COUNT_THREADS = """
import os
import annotations.vision
import cv2
import numpy as np

wide = np.ones((600, 600), np.float32)
wide @ wide
cv2.GaussianBlur(np.zeros((2000, 2000), np.uint8), (9, 9), 2)
print(len(os.listdir("/proc/self/task")))
"""
THREAD_SETTINGS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")


def test_numpy_and_opencv_work_on_the_thread_that_calls_them() -> None:
    plain = {name: value for name, value in os.environ.items() if name not in THREAD_SETTINGS}
    command = [sys.executable, "-c", COUNT_THREADS]
    assert int(subprocess.check_output(command, cwd=CHECKOUT, env=plain, text=True)) == 1
