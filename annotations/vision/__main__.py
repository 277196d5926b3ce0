"""Command line: `python -m annotations.vision probe IN`, `redact IN OUT --report REPORT.json`, `repair IN
EARLIER OUT --order ORDER.json --report REPORT.json`, `clean IN OUT` and `pictures IN ...`.

Exit status: 0 done, 1 failed inside, 2 the input is not accepted (the reason is on standard output as JSON),
3 a face was found in the rendition outside what was hidden, and OUT was not left behind.
"""

import argparse
import importlib
import json
import sys
from dataclasses import fields
from pathlib import Path

from annotations.vision.errors import VideoError, VisionError
from annotations.vision.limits import ANY_SIZE, Limits


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="python -m annotations.vision", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    limits = ANY_SIZE  # whoever hides faces in a file of their own may bring any; the site passes its limits
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("input", metavar="IN")
    common.add_argument("--max-seconds", type=float, default=limits.max_seconds)
    common.add_argument("--max-bytes", type=int, default=limits.max_bytes)
    common.add_argument("--max-pixels", type=int, default=limits.max_pixels)
    common.add_argument(
        "--rendition-pixels",
        type=int,
        default=limits.rendition_pixels,
        help="larger pictures are scaled down",
    )
    common.add_argument("--max-frames", type=int, default=limits.max_frames)
    common.add_argument(
        "--accept-partial", action="store_true", help="take what decodes of a cut or damaged file"
    )
    common.add_argument(
        "--frame-rate", type=float, help="frames a second of a bare stream, which has no time stamps"
    )
    commands.add_parser("probe", parents=[common], help="say what a file is, or why it is not accepted")
    plain = commands.add_parser("clean", parents=[common], help="encode a clip again without hiding anything")
    plain.add_argument("output", metavar="OUT")
    shown = commands.add_parser("pictures", parents=[common], help="perceptual hashes of what files show")
    shown.add_argument("more", nargs="*", metavar="IN", help="more files")
    making = argparse.ArgumentParser(add_help=False)
    making.add_argument("--report", type=Path, required=True, metavar="REPORT.json")
    making.add_argument("--effect", choices=("blur", "fill", "mosaic"), default="blur")
    making.add_argument(
        "--detector", type=Path, metavar="FILE", help="a face detector's manifest (.json), or a YuNet file"
    )
    making.add_argument("--camera", type=Path, metavar="CAMERA.json", help="see camera.Camera.from_dict")
    making.add_argument("--whole-persons", action="store_true", help="hide whole persons, not heads alone")
    making.add_argument("--no-screening", action="store_true", help="leave the built-in screening out")
    making.add_argument(
        "--without-second-opinion",
        action="store_true",
        help="hide faces also where no model is installed that could doubt the result",
    )
    making.add_argument("--progress", type=int, metavar="FD", help="file descriptor for JSON lines")
    redaction = commands.add_parser(
        "redact", parents=[common, making], help="hide faces and screen the pictures"
    )
    redaction.add_argument("output", metavar="OUT")
    redaction.add_argument("--classifier", type=Path, action="append", default=[], metavar="MANIFEST.json")
    redaction.add_argument("--missed-faces", type=Path, metavar="FACES.json", help="boxes that a person drew")
    again = commands.add_parser(
        "repair", parents=[common, making], help="make again what is to hide something else"
    )
    again.add_argument("earlier", metavar="EARLIER", help="the rendition as it was made before")
    again.add_argument("output", metavar="OUT")
    again.add_argument(
        "--order", type=Path, required=True, metavar="ORDER.json", help="see report.RepairOrder"
    )
    again.add_argument("--examples", metavar="OUT.zip", help="original frames on which faces were drawn")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit status."""
    options = parser().parse_args(arguments)
    limits = Limits(**{field.name: getattr(options, field.name) for field in fields(Limits)})
    command = importlib.import_module(f"annotations.vision.commands.{options.command}")
    try:
        return int(command.run(options, limits))
    except VideoError as error:
        return refuse(error)
    except MemoryError:
        return refuse(VideoError("decoder_crashed", "The video needs more memory than is allowed."))
    except VisionError as error:
        print(json.dumps({"ok": False, "code": error.code, "message": error.message}))
        return 1


def refuse(error: VideoError) -> int:
    """Say why the input is not accepted; the exit status."""
    print(json.dumps({"ok": False, "code": error.code, "message": error.message}))
    return 2


if __name__ == "__main__":
    sys.exit(main())
