"""Pins the images of compose.yaml and of the Dockerfile by digest, which only a registry can tell.

    python deploy/pin_images.py            asks Docker for the digest of each tag, and writes it into the files
    python deploy/pin_images.py --check    names those that have none, and ends with 1 if there are any; asks nobody

Give the first where Docker runs, look at what changed, and commit it.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

FILES = tuple(Path(__file__).resolve().parent / name for name in ("compose.yaml", "Dockerfile"))
OURS = "clip-review"
_IMAGE = re.compile(r"^(\s*image: |FROM )(\S+)", re.MULTILINE)
_PINNED = re.compile(r"\S+@sha256:[0-9a-f]{64}\Z")


def images(text: str) -> list[str]:
    """The images of others that a file names, each once."""
    return list(dict.fromkeys(name for _, name in _IMAGE.findall(text) if name != OURS))


def unpinned(text: str) -> list[str]:
    """Those without a digest."""
    return [name for name in images(text) if not _PINNED.match(name)]


def pinned(text: str, digests: dict[str, str]) -> str:
    """The text with the digest behind each of these images."""
    return _IMAGE.sub(
        lambda found: f"{found[1]}{found[2]}@{digests[found[2]]}" if found[2] in digests else found[0], text
    )


def digest_of(image: str) -> str:
    """What the registry answers to Docker: the digest of the tag's index, which all its platforms share.

    Raises ValueError when it is no digest, and CalledProcessError when nobody answers.
    """
    command = ["docker", "buildx", "imagetools", "inspect", image, "--format", "{{.Manifest.Digest}}"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", said):
        raise ValueError(f"Docker gave no digest of {image}: {said[:200]}")
    return said


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    found = sorted({image for file in FILES for image in unpinned(file.read_text())})
    if parser.parse_args().check:
        sys.stdout.write(f"note: images not pinned by digest: {', '.join(found) or 'none'}\n")
        sys.exit(bool(found))
    digests = {image: digest_of(image) for image in found}
    for file in FILES:
        file.write_text(pinned(file.read_text(), digests))
    sys.stdout.write("".join(f"{image}@{digest}\n" for image, digest in digests.items()))


if __name__ == "__main__":
    main()
