"""Run a witness of logs (c2sp.org/tlog-witness). Needs Python 3.11 and `cryptography`.

    python -m annotations.audit.witness new-key NAME --key FILE
    python -m annotations.audit.witness serve --key FILE --logs FILE --state FOLDER [--listen ADDRESS:PORT]
    python -m annotations.audit.witness accept-epoch FILE --logs FILE --state FOLDER [--yes]

NAME is an address without scheme that is the witness's own, such as witness.example.org/w1. `new-key` prints the
verifier key to give to the logs. The file of `--logs` has a line for each key of each log watched: the verifier key,
and behind a space the log's origin where that is not the key's name. The state is what keeps two pasts of one log
from both being cosigned: never restore it from a copy. TLS is a matter of the web server in front.

A log that was restored from a backup has lost what came after it, and its witnesses refuse it. Its keepers declare an
epoch and give you the declaration (`manage.py audit epochs N`). `accept-epoch` shows what it says and what this witness
cosigned, and asks; then the witness goes on from there. Ask the log's keepers what happened first: they are asking you
to forget what you vouched for. The witness must not be serving meanwhile.
"""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from annotations.audit.tree import epochs
from annotations.audit.tree.epochs import Declaration
from annotations.audit.tree.signed_notes import COSIGNATURE, ED25519, InvalidSignedNote, PrivateKey, PublicKey
from annotations.audit.tree.witness import Refused, accepted
from annotations.audit.witness.memory import Memory, Unusable
from annotations.audit.witness.server import Server, Witness


def new_key(name: str, path: Path) -> str:
    """Makes a key, keeps it in a file that only this account may read, and gives its verifier key."""
    key = PrivateKey.generate(name, COSIGNATURE)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Unusable(f"The key cannot be written: {error}") from None
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{key.skey}\n")
    return key.public.vkey


def read_key(path: Path) -> PrivateKey:
    try:
        key = PrivateKey.parse(path.read_text(encoding="utf-8").strip())
    except (OSError, ValueError) as error:
        raise Unusable(f"{path} holds no key: {error}") from None
    if key.kind != COSIGNATURE:
        raise Unusable(f"{path} holds a log's key, not a witness's.")
    return key


def read_logs(path: Path) -> dict[str, list[PublicKey]]:
    """The keys of each log, by its origin."""
    logs: dict[str, list[PublicKey]] = {}
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            vkey, _, origin = line.strip().partition(" ")
            if vkey and not vkey.startswith("#"):
                key = PublicKey.parse(vkey)
                if key.kind != ED25519:
                    raise InvalidSignedNote(f"{vkey} is a witness's key, not a log's")
                logs.setdefault(origin or key.name, []).append(key)
    except (OSError, ValueError) as error:
        raise Unusable(f"{path} does not list logs: {error}") from None
    return logs


def serve(options: argparse.Namespace) -> None:
    key, logs = read_key(options.key), read_logs(options.logs)
    host, _, port = options.listen.rpartition(":")
    with Memory(options.state) as memory, Server((host, int(port)), Witness(key, logs, memory)) as server:

        def stop(signum: int, frame: FrameType | None) -> None:
            threading.Thread(target=server.shutdown).start()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        sys.stdout.write(
            f"{key.public.vkey}\nListening on {host}:{server.server_address[1]}, {len(logs)} logs.\n"
        )
        sys.stdout.flush()
        server.serve_forever()


def accept_epoch(options: argparse.Namespace) -> None:
    """Shows the epoch that a log declares and what it replaces; goes on from there when the keeper agrees."""
    try:
        text = options.declaration.read_text(encoding="utf-8")
        declaration, note = epochs.parse(text)
    except (OSError, ValueError) as error:
        raise Unusable(f"{options.declaration} declares no epoch: {error}") from None
    origin = declaration.restored.origin
    logs = read_logs(options.logs)
    if origin not in logs:
        raise Unusable(f"This witness does not watch the log {origin}.")
    with Memory(options.state) as memory:
        known = memory.latest(origin)
        checkpoint = accepted(declaration, note, logs[origin], known)
        sys.stdout.write(
            _SHOWN.format(known=known.format() if known else "", lost=declaration.lost, **_words(declaration))
        )
        if not options.yes:
            sys.stdout.write("Type the log's name to accept this: ")
            sys.stdout.flush()
            if sys.stdin.readline().strip() != origin:
                raise Unusable("This is another name. Nothing was accepted.")
        memory.keep_accepted(checkpoint, text)
    sys.stdout.write(
        f"Accepted. This witness goes on from {checkpoint.size} entries, in epoch {checkpoint.epoch}.\n"
    )


_SHOWN = """The log {origin} declares epoch {number}, at {declared_at}, by {by}, agreed to by {agreed_by}:
it was restored and goes on from its first {restored} entries. Entries {restored} to {last} are lost.

What this witness cosigned last:

{known}
What the log says it had signed last:

{lost}
The log's keys have signed this declaration and what it calls lost. Whether a disk was lost or somebody wanted entries
gone cannot be told from here: ask.
"""


def _words(declaration: Declaration) -> dict[str, object]:
    return {
        "origin": declaration.restored.origin,
        "number": declaration.number,
        "declared_at": declaration.declared_at,
        "by": declaration.by,
        "agreed_by": declaration.agreed_by,
        "restored": declaration.restored.size,
        "last": declaration.last.size - 1,
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="witness", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("new-key", help="make a witness's key")
    command.add_argument("name")
    command.add_argument("--key", type=Path, required=True, help="the file to write; must not exist")
    command = commands.add_parser("serve", help="answer logs")
    command.add_argument("--key", type=Path, required=True)
    command.add_argument("--logs", type=Path, required=True)
    command.add_argument("--state", type=Path, required=True)
    command.add_argument("--listen", default="127.0.0.1:8417")
    command = commands.add_parser("accept-epoch", help="go on with a log that was restored")
    command.add_argument("declaration", type=Path, help="the file with the log's signed declaration")
    command.add_argument("--logs", type=Path, required=True)
    command.add_argument("--state", type=Path, required=True)
    command.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args()
    try:
        if options.command == "new-key":
            sys.stdout.write(f"{new_key(options.name, options.key)}\n")
        elif options.command == "accept-epoch":
            accept_epoch(options)
        else:
            serve(options)
    except (Unusable, Refused, InvalidSignedNote) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
