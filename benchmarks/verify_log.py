"""The offline verifier against a bare SHA-256 loop over the same entries.

    .venv/bin/python benchmarks/verify_log.py [--entries 1000000] [--folder DIR]

Makes an export of entries as the product writes them (about 400 bytes each, a checkpoint every 256 entries), then
runs, one after the other and several times: `hashlib.sha256(entry).digest()` over all entries, out of memory and
read from the export's bundles; the verifier in one process; the verifier in as many as there are cores. The loops
run in this process and are timed there; the verifier is timed as its own program, start included, with the processor
time and the largest resident size of any of its processes. At last, once each and with the memory of all processes
together: the verifier, and with `--deep`. `--entries 10000000` takes 6 GB of disk.
"""

import argparse
import contextlib
import hashlib
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from annotations.audit.canonical import canonical
from annotations.audit.export.folder import ExportFolder, policy_text
from annotations.audit.tree import signed_notes, tiles
from annotations.audit.tree.checkpoints import Checkpoint
from annotations.audit.tree.merkle import Frontier, leaf_hash
from annotations.audit.tree.signed_notes import PrivateKey
from annotations.audit.tree.tiles import HEIGHT, WIDTH, Tile

ORIGIN = "example.com/benchmark"
VERIFIER = Path(__file__).resolve().parent.parent / "annotations" / "audit" / "offline" / "verify_log.py"


def entries(count: int) -> Iterator[bytes]:
    """Entries such as the product writes when a clip is delivered; every 200th has a commitment."""
    base = 1_780_000_000_000
    for n in range(count):
        head = (base + n) << 80 | 0x7 << 76 | secrets.randbits(76)
        body = {
            "version": 1,
            "id": str(uuid.UUID(int=head & ~(0xC << 60) | 0x8 << 60)),
            "time": f"2026-05-28T{n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d}.000000Z",
            "action": "redaction.rendition_delivered",
            "actor": {"pseudonym": secrets.token_hex(16), "role": "contractor"},
            "clip": str(uuid.uuid4()),
            "subject": secrets.token_hex(16),
            "purpose": "training",
            "request": str(uuid.uuid4()),
            "data": {"assignment": str(uuid.uuid4()), "rendition": n},
        }
        if n % 200 == 0:
            body |= {"commitment": secrets.token_hex(32), "key": str(uuid.uuid4())}
        yield canonical(body)


def write(folder: Path, count: int) -> None:
    """The export, with its tiles and a checkpoint every 256 entries and at the end."""
    key, frontier = PrivateKey.generate(ORIGIN), Frontier()
    levels: dict[int, list[bytes]] = {}
    bundle: list[bytes] = []

    def flush(level: int) -> None:
        hashes = levels[level]
        index = (frontier.size - 1) >> HEIGHT * (level + 1)
        out.hashes(Tile(level, index, len(hashes)), b"".join(hashes))
        hashes.clear()

    with ExportFolder(folder) as out:
        for n, entry in enumerate(entries(count), 1):
            bundle.append(entry)
            for complete in frontier.append(leaf_hash(entry)):
                level, within = divmod(complete.level, HEIGHT)
                if within == 0:
                    levels.setdefault(level, []).append(complete.hash)
                    if len(levels[level]) == WIDTH:
                        flush(level)
            if n % WIDTH == 0 or n == count:
                out.bundle(tiles.bundle_of(n - 1, n), bundle)
                bundle.clear()
                out.checkpoint(signed_notes.sign(Checkpoint(ORIGIN, n, frontier.root()).format(), key))
        for level, hashes in levels.items():
            if hashes:
                flush(level)
        out.finish(count, policy_text(ORIGIN, [(key.public.vkey, 0, None)], [], 0))


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds of a function."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def out_of_memory(folder: Path, count: int) -> tuple[float, float]:
    kept = [entry for bundle in bundles(folder, count) for entry in bundle]

    def loop() -> None:
        for entry in kept:
            hashlib.sha256(entry).digest()

    return measured(loop)


def out_of_files(folder: Path, count: int) -> tuple[float, float]:
    def loop() -> None:
        for bundle in bundles(folder, count):
            for entry in bundle:
                hashlib.sha256(entry).digest()

    return measured(loop)


def bundles(folder: Path, count: int) -> Iterator[list[bytes]]:
    for tile in tiles.bundles(count):
        content = (folder / tile.path).read_bytes()
        found, at = [], 0
        while at < len(content):
            end = at + 2 + (content[at] << 8 | content[at + 1])
            found.append(content[at + 2 : end])
            at = end
        yield found


# A process of its own, small, so that the memory of this one is not counted as the verifier's.
MEASURE = """
import os, sys, time
begun, pid = time.perf_counter(), os.posix_spawn(sys.executable, [sys.executable, *sys.argv[1:]], os.environ,
    file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
_, status, used = os.wait4(pid, 0)
print(status, time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


def verifier(folder: Path, *options: str) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and the largest resident size in MiB of any one of its processes."""
    command = [sys.executable, "-c", MEASURE, str(VERIFIER), "verify", str(folder), *options]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    if told[0] != "0":
        raise SystemExit(f"The verifier ended with {told[0]}.")
    return float(told[1]), float(told[2]), float(told[3])


def resident(folder: Path, *options: str) -> tuple[float, float]:
    """Seconds of the verifier, and its processes' largest resident sizes added up, in MiB.

    Pages that the processes share are counted for each, so that the sum is an upper bound. Looks every 50 ms.
    """
    begun, largest = time.perf_counter(), dict[str, int]()
    command = [sys.executable, str(VERIFIER), "verify", str(folder), *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as program:
        while program.poll() is None:
            parent = Path(f"/proc/{program.pid}")
            with contextlib.suppress(OSError, StopIteration):
                children = (parent / f"task/{program.pid}/children").read_text().split()
                for each in (str(program.pid), *children):
                    lines = Path(f"/proc/{each}/status").read_text().splitlines()
                    peak = next(line for line in lines if line.startswith("VmHWM"))
                    largest[each] = int(peak.split()[1])
            time.sleep(0.05)
    if program.returncode:
        raise SystemExit(f"The verifier ended with {program.returncode}.")
    return time.perf_counter() - begun, sum(largest.values()) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="keeps the export there; taken as it is when it exists")
    options = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="audit-export-"))
    folder = options.folder or scratch / "export"
    try:
        if not folder.exists():
            write(folder, options.entries)
        count = options.entries
        size = sum((folder / tile.path).stat().st_size - 2 * tile.width for tile in tiles.bundles(count))
        print(
            f"{count} entries, {size / count:.0f} bytes each; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
        ratios: dict[str, list[float]] = {}
        for _ in range(options.runs):
            memory, files = out_of_memory(folder, count), out_of_files(folder, count)
            alone = verifier(folder, "--processes", "1")
            many = verifier(folder)
            print(f"bare loop, out of memory  {memory[0]:6.2f} s wall {memory[1]:6.2f} s processor")
            print(f"bare loop, out of files   {files[0]:6.2f} s wall {files[1]:6.2f} s processor")
            print(
                f"verifier, one process     {alone[0]:6.2f} s wall {alone[1]:6.2f} s processor {alone[2]:4.0f} MiB"
            )
            print(
                f"verifier, all cores       {many[0]:6.2f} s wall {many[1]:6.2f} s processor {many[2]:4.0f} MiB"
            )
            pairs = {
                "all cores / memory, wall": many[0] / memory[0],
                "all cores / files, wall": many[0] / files[0],
                "one process / memory, processor": alone[1] / memory[1],
                "one process / files, processor": alone[1] / files[1],
            }
            for name, ratio in pairs.items():
                ratios.setdefault(name, []).append(ratio)
        for name, more in (("all cores", ()), ("--deep", ("--deep",))):
            seconds, peak = resident(folder, *more)
            print(f"verifier, {name:14} {seconds:8.2f} s wall, all its processes {peak:4.0f} MiB at most")
        for name, found in ratios.items():
            print(f"{name:34} {statistics.median(found):.2f}  ({', '.join(f'{each:.2f}' for each in found)})")
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
