"""The archive in which an answer goes out: the answer as JSON and as a letter, and a copy of the clips.

It is written as it is sent, so that it never lies anywhere and is never whole in memory. Each clip is asked of the gate
and logged when its turn comes; what may not be handed out any more by then is left out, and the last file says so, as
it does of what the answer says that there is no copy of. Every entry has the moment at which the answer was compiled.
"""

import datetime
import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from annotations.accounts.selectors import is_open
from annotations.audit.actors import Actor
from annotations.clips import gate
from annotations.clips.models import Clip
from annotations.core.errors import Conflict
from annotations.core.protected_media import Media
from annotations.redaction import delivery
from annotations.rights.answer.footage import REMADE, SHUT_OUT, why_not

SCHEMA = Path(__file__).with_name("schema.json")
_STYLE = "rights/letter.css"
_BLOCK = 256 * 1024


class _Sink:
    """A file that cannot be sought, whose bytes are taken away as they come."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def write(self, block: bytes) -> int:
        self._blocks.append(bytes(block))
        return len(block)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """It is no file that could be closed."""

    def taken(self) -> bytes:
        blocks, self._blocks = self._blocks, []
        return b"".join(blocks)


class Archive:
    """The archive of one answer, for one that takes it out. `copied` and `left_out` grow as it is sent."""

    def __init__(self, answer: dict[str, Any], context: dict[str, Any], actor: Actor) -> None:
        self._answer, self._context, self._actor = answer, context, actor
        self._compiled = datetime.datetime.fromisoformat(answer["compiled"])
        self.copied: list[dict[str, Any]] = []
        # An answer of layout 1 says nothing of copies: each clip is asked for.
        told = answer.get("copies", {"clips": answer["clips"], "left_out": []})
        self._promised: list[str] = [each["number"] for each in told["clips"]]
        self.left_out: list[dict[str, str]] = [*told["left_out"]]

    def blocks(self) -> Iterator[bytes]:
        """The bytes of the ZIP file."""
        sink = _Sink()
        with zipfile.ZipFile(sink, "w") as written:
            for name, content in self._documents():
                written.writestr(self._entry(name), content, zipfile.ZIP_DEFLATED)
                yield sink.taken()
            for number in self._promised:
                if media := self._admitted(number):
                    yield from self._copy(written, sink, number, media)
            contents = _as_json(self._contents())
            written.writestr(self._entry("contents.json"), contents, zipfile.ZIP_DEFLATED)
        yield sink.taken()

    def _entry(self, name: str) -> zipfile.ZipInfo:
        """An entry as of when the answer was compiled, in UTC: a ZIP file knows no zones."""
        return zipfile.ZipInfo(name, self._compiled.timetuple()[:6])

    def _documents(self) -> Iterator[tuple[str, bytes]]:
        yield "answer.json", _as_json(self._answer)
        yield "schema.json", SCHEMA.read_bytes()
        context = {**self._context, "answer": self._answer}
        yield "letter.html", render_to_string("rights/letter_file.html", context).encode()
        yield "letter.css", Path(str(finders.find(_STYLE))).read_bytes()

    def _admitted(self, number: str) -> Media | None:
        """The clip as it may be handed out now, its delivery logged; None when it may not, which is noted."""
        clip = Clip.objects.select_related("owner").get(public_id=number)
        if not is_open(self._actor):
            self.left_out.append({"number": number, "why": str(SHUT_OUT)})
            return None
        try:
            return delivery.copy_for_owner(clip, self._actor)
        except Conflict:
            why = why_not(gate.reasons(clip.pk), has_rendition=clip.renditions.filter(current=True).exists())
        except FileNotFoundError:
            why = str(REMADE)
        self.left_out.append({"number": number, "why": why})
        return None

    def _copy(self, written: zipfile.ZipFile, sink: _Sink, number: str, media: Media) -> Iterator[bytes]:
        name, digest = f"clips/{number}.mp4", hashlib.sha256()
        entry = self._entry(name)
        entry.file_size = media.size  # so that a file of more than 4 GB gets the longer header
        with media.open() as source, written.open(entry, "w") as target:
            while block := source.read(_BLOCK):
                digest.update(block)
                target.write(block)
                yield sink.taken()
        self.copied.append(
            {"file": name, "number": number, "bytes": media.size, "sha256": digest.hexdigest()}
        )

    def _contents(self) -> dict[str, Any]:
        return {
            "format": "clip-review/copy",
            "version": 1,
            "clips": self.copied,
            "left_out": self.left_out,
        }


def _as_json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"
