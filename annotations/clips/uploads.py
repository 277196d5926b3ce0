"""Receiving uploads without a temporary file: Django's own handlers spool what is large to disk, in the clear."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from .memory import memory_file


class MemoryFileUploadHandler(FileUploadHandler):
    """Writes each upload to a file in memory. What exceeds the limit is dropped as it arrives.

    A file that was cut off at the limit is handed on with its true size in `size`, so that intake refuses it
    with `too_large` instead of taking a part for the whole.
    """

    chunk_size = 1024 * 1024

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if getattr(self, "file", None) is not None:
            raise SkipFile  # one file per request is enough
        self.file = memory_file("upload")
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received <= settings.CLIP_MAX_BYTES:
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[Any]":
        self.file.flush()
        self.file.seek(0)
        return UploadedFile(
            file=self.file,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
        )
