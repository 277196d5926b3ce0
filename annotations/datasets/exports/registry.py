"""Every export format: the freeze, pages, downloads, the API and the log read this."""

from annotations.datasets.exports.base import Exporter
from annotations.datasets.exports.coco import Coco
from annotations.datasets.exports.jsonl import JsonLines
from annotations.datasets.exports.manifest import Manifest

EXPORTERS: tuple[type[Exporter], ...] = (
    Manifest,
    Coco,
    JsonLines,
)

_BY_CODE = {exporter.code: exporter for exporter in EXPORTERS}


def label(code: str) -> str:
    """The format's name for people; the code itself when the format is no longer registered."""
    exporter = _BY_CODE.get(code)
    return str(exporter.label) if exporter else code


def content_type(code: str) -> str:
    """The content type of the format's file; that of any bytes when the format is no longer registered."""
    exporter = _BY_CODE.get(code)
    return exporter.content_type if exporter else "application/octet-stream"
