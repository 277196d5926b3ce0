"""Receiving uploads without a temporary file: Django's own handlers spool what is large to disk, in the clear."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload

from annotations.clips.memory import memory_file


class MemoryFileUploadHandler(FileUploadHandler):
    """Writes the upload to a file in memory, on the routes that take clips; nowhere else is a file read at all.

    What exceeds the limit is dropped as it arrives, and its true size handed on in `size`, so that intake refuses
    it with `too_large` instead of taking a part for the whole. Past twice the limit nothing more is read.
    """

    chunk_size = 1024 * 1024

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        match = self.request.resolver_match if self.request else None
        if match is None or match.view_name not in settings.UPLOAD_ROUTES:
            raise StopUpload(connection_reset=True)
        if getattr(self, "file", None) is not None:
            raise SkipFile  # one file per request is enough
        self.file = memory_file("upload")
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received <= settings.CLIP_MAX_BYTES:
            self.file.write(raw_data)
            return
        self.file.truncate(0)
        if self.received > 2 * settings.CLIP_MAX_BYTES:
            self.file.close()
            raise RequestDataTooBig("The upload is far larger than a clip may be.")

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

    def upload_interrupted(self) -> None:
        if getattr(self, "file", None) is not None:
            self.file.close()
