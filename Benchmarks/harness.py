"""What the benchmarks share: processes with what they took, generated market data, and the rows of results."""
import contextlib
import fcntl
import json
import os
import shutil
import statistics
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "Benchmarks"
WORK = ROOT / ".build" / "bench"
TANDEM = Path(os.environ.get("TANDEM_BINARY") or ROOT / ".build" / "release" / "tandem").resolve()
RECORDS, INSTRUMENTS = 5_000_000, 400
SET_PIPE_SIZE = 1031  # F_SETPIPE_SZ of linux/fcntl.h
TIMEOUT_SECONDS = 180


class CannotRun(Exception):
    """Why, in one sentence."""


# ---- processes ----


class Timed:
    """A process, and what it took once it has ended."""

    def __init__(self, *words, **options):
        self.words = [str(word) for word in words]
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.words, **options)
        # Its own high-water mark, which wait4 would mix with those of the children it waited for.
        self.own_peak_bytes = 0

    def ended(self):
        guard = threading.Timer(TIMEOUT_SECONDS, self.process.kill)
        watcher = threading.Thread(target=self.watch_memory, daemon=True)
        guard.start()
        watcher.start()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.wall = time.monotonic() - self.started
        self.cpu = usage.ru_utime + usage.ru_stime  # those of the children it waited for included
        self.process.returncode = os.waitstatus_to_exitcode(status)
        guard.cancel()
        watcher.join()
        if self.process.returncode != 0:
            raise CannotRun(f"`{' '.join(self.words)}` ended with {self.process.returncode}")
        return self

    def watch_memory(self):
        while self.process.returncode is None:
            self.own_peak_bytes = max(self.own_peak_bytes, high_water_mark(self.process.pid))
            time.sleep(0.01)


def high_water_mark(pid):
    """Most memory the process ever had resident, in bytes; 0 when it is gone."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def output_of(*words, **options):
    """Runs to the end; gives the JSON it printed, and what it took."""
    path = WORK / "output.json"
    with open(path, "wb") as out:
        timed = Timed(*words, stdout=out, **{"cwd": ROOT, **options})
    timed.ended()
    return json.loads(path.read_text()), timed


def through_pipe(path, *words, output):
    """Runs a filter over a file that cat writes into a 1 MiB pipe."""
    reading, writing = os.pipe()
    try:
        fcntl.fcntl(writing, SET_PIPE_SIZE, 1 << 20)
        with open(output, "wb") as out:
            timed = Timed(*words, stdin=reading, stdout=out)
        feeder = subprocess.Popen(["cat", str(path)], stdout=writing)
    finally:
        os.close(reading)
        os.close(writing)
    timed.ended()
    feeder.wait()
    return timed


# ---- what is measured on ----


def need(name, *arguments):
    """A file of generated market data; made once, since the same arguments give the same bytes."""
    path = WORK / name
    if not path.exists():
        Timed(TANDEM, "generate", *arguments, "--out", path, cwd=ROOT).ended()
        # Else the disk would be busy with these bytes while a journal waits for it.
        os.sync()
    return path


def load(suffix=".dbn"):
    return need("load" + suffix, "--records", RECORDS, "--instruments", INSTRUMENTS)


def header_bytes(stream):
    """Length of the metadata that a DBN stream begins with."""
    return 8 + int.from_bytes(stream[4:8], "little")


def sessions(count, scale):
    """A folder of made-up sessions of the market, definitions included."""
    folder = WORK / f"sessions-{count}-{scale}"
    if not folder.exists():
        partial = folder.with_name(folder.name + ".part")
        shutil.rmtree(partial, ignore_errors=True)
        Timed(
            TANDEM, "generate", "--sessions", count, "--scale", scale, "--seed", 7, "--out", partial, cwd=ROOT).ended()
        partial.rename(folder)
        os.sync()
    return folder


def one_stream(folder):
    """The sessions of a folder one behind the other, as an engine's input."""
    path = folder.with_name(folder.name + ".dbn")
    if not path.exists():
        partial = path.with_name(path.name + ".part")
        with open(partial, "wb") as out:
            for number, session in enumerate(sorted(folder.iterdir())):
                plain = subprocess.run(
                    [TANDEM, "dbn", "cat", session, "-o", "dbn"], stdout=subprocess.PIPE, check=True).stdout
                out.write(plain if number == 0 else memoryview(plain)[header_bytes(plain):])
        partial.rename(path)
        os.sync()
    return path


def reference():
    """The C reference, compiled for this machine."""
    source, program = HERE / "reference" / "reference.c", WORK / "reference"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        if shutil.which("gcc") is None:
            raise CannotRun("gcc is not installed; scripts/bootstrap installs it")
        Timed("gcc", "-O3", "-march=native", "-o", program, source, "-lzstd").ended()
    return program


# ---- rows ----

rows = []


@contextlib.contextmanager
def in_memory():
    """A state folder without a disk, so that the program's own share shows where the disk is busy with other work."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        raise CannotRun("there is no writable /dev/shm")
    state = memory / f"tandem-bench-{os.getpid()}"
    try:
        yield state
    finally:
        shutil.rmtree(state, ignore_errors=True)


def row(name, value, unit, *, better, target, basis, reference=None, reference_value=None, ratio=None, note=None):
    measured = ratio if basis == "ratio" else value
    known = measured is not None and target is not None
    met = bool(measured >= target if better == "higher" else measured <= target) if known else None
    rows.append(
        {
            "name": name, "value": rounded(value), "unit": unit, "reference": reference,
            "reference_value": rounded(reference_value), "ratio": rounded(ratio), "basis": basis, "better": better,
            "target": target, "met": met, **({"note": note} if note else {}),
        })


def rounded(number):
    return None if number is None else float(f"{number:.4g}")


def in_turn(rounds, ours, theirs):
    """Medians of both rates, and of their ratios pair by pair."""
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    return (
        statistics.median(mine for mine, _ in pairs), statistics.median(other for _, other in pairs),
        statistics.median(mine / other for mine, other in pairs))
