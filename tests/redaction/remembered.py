"""What the confined child made of the same files with the same options in an earlier test of this process.

A pass takes seconds of processor time, and most tests of the services around it begin with the same one. What the
child answers depends on the bytes and the options that it gets; both are compared, so a service that orders something
else of it gets a real child, as does whoever orders something first. Files that options name (a detector, classifiers)
are compared by their names.
"""

import copy
import hashlib
import os
from collections.abc import Callable, Sequence
from typing import Any

from annotations.vision import confined
from annotations.vision.child import NOBODY, Observer
from annotations.vision.confined import RedactOptions, RepairFiles
from annotations.vision.report import RepairOrder

Answer = tuple[dict[str, Any], int]
_redact, _repair = confined.redact, confined.repair


class RememberedAnswers:
    """Stands before `confined.redact` and `confined.repair`. What they refuse is not remembered."""

    def __init__(self) -> None:
        self._answers: dict[str, tuple[Answer, list[bytes]]] = {}

    def redact(self, fd_in: int, fd_out: int, options: RedactOptions, observer: Observer = NOBODY) -> Answer:
        asked = _digest([fd_in], options)
        return self._answer(asked, [fd_out], lambda: _redact(fd_in, fd_out, options, observer))

    def repair(
        self, files: RepairFiles, order: RepairOrder, options: RedactOptions, observer: Observer = NOBODY
    ) -> Answer:
        outputs = [files.target, *([files.examples] if files.examples is not None else [])]
        asked = _digest([files.original, files.earlier], order, options, len(outputs))
        return self._answer(asked, outputs, lambda: _repair(files, order, options, observer))

    def _answer(self, asked: str, outputs: Sequence[int], ask: Callable[[], Answer]) -> Answer:
        if asked in self._answers:
            answer, contents = self._answers[asked]
            for descriptor, content in zip(outputs, contents, strict=True):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, content, 0)
        else:
            answer = ask()
            self._answers[asked] = answer, [_content(descriptor) for descriptor in outputs]
        return copy.deepcopy(answer)


def _digest(inputs: Sequence[int], *others: object) -> str:
    contents = [hashlib.sha256(_content(descriptor)).hexdigest() for descriptor in inputs]
    return repr([contents, *others])


def _content(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)
