"""The built-in engines alone: as filters at the end of a pipe, and ifd-v3 at the end of a window."""
import fcntl
import json
import os
import select
import statistics
import subprocess
import time
from pathlib import Path

from harness import (
    HERE, INSTRUMENTS, RECORDS, ROOT, SET_PIPE_SIZE, TANDEM, TIMEOUT_SECONDS, WORK, CannotRun, header_bytes, in_turn,
    load, need, one_stream, output_of, reference, row, sessions, through_pipe)

LONG_RECORDS = 16_000_000
RECORD_BYTES = 56  # of a market-by-order record; a load has no others
V3 = ["engine", "ifd-v3", "--config"]
PRODUCTION = ROOT / "rollout" / "engines" / "ifd-v3" / "production.yaml"
PACE, PIECE = 100_000, 100  # records a second, and records of one write


def answered(lines):
    """How many records an engine says it has seen, in its last line."""
    return json.loads(lines.read_text().splitlines()[-1])["records"]


def engine_v1():
    path, program = load(), reference()
    cpu = {"engine": [], "reference": []}

    def ours():
        lines = WORK / "engine-v1.jsonl"
        timed = through_pipe(
            path, TANDEM, "engine", "ifd-v1", "--config", HERE / "rollout" / "ifd-v1.yaml", output=lines)
        if answered(lines) != RECORDS:
            raise CannotRun(f"the engine answered {answered(lines)} of {RECORDS} records")
        cpu["engine"].append(timed.cpu)
        return RECORDS / timed.wall / 1e6

    def theirs():
        output = WORK / "reference-pipe.json"
        timed = through_pipe(path, program, "pipe", output=output)
        if json.loads(output.read_text())["records"] != RECORDS:
            raise CannotRun("the reference did not read every record of the pipe")
        cpu["reference"].append(timed.cpu)
        return RECORDS / timed.wall / 1e6

    value, other, ratio = in_turn(7, ours, theirs)
    rates = {name: RECORDS / statistics.median(seconds) / 1e6 for name, seconds in cpu.items()}
    row(
        "engine-v1", value, "M records/s", better="higher", target=0.25, basis="ratio",
        reference="C visit from a pipe", reference_value=other, ratio=ratio,
        note=f"by wall time from start to exit, cat writing into a 1 MiB pipe; per CPU second "
        f"{rates['engine']:.3g} and {rates['reference']:.3g} M")


def engine_v3():
    path, lines = load(), WORK / "engine-v3.jsonl"
    walls, cpus = [], []
    for _ in range(5):
        timed = through_pipe(path, TANDEM, *V3, PRODUCTION, output=lines)
        if answered(lines) != RECORDS:
            raise CannotRun(f"the engine answered {answered(lines)} of {RECORDS} records")
        walls.append(timed.wall)
        cpus.append(timed.cpu)
    row(
        "engine-v3", RECORDS / statistics.median(walls) / 1e6, "M records/s", better="higher", target=3, basis="value",
        note=f"one thread, {INSTRUMENTS} instruments, by wall time from start to exit, cat writing into a 1 MiB pipe; "
        f"{RECORDS / statistics.median(cpus) / 1e6:.3g} M per CPU second; the load has no definitions, so windows close "
        "without baselines")


def engine_v3_flat():
    """The engine's CPU time is read when a quarter of the load has been written; what the pipe holds then is 1 in 200."""
    path = need("load-long.dbn", "--records", LONG_RECORDS, "--instruments", INSTRUMENTS)
    ratios, costs = [], []
    for _ in range(3):
        quarters = cpu_of_quarters(path)
        ratios.append(quarters[3] / quarters[0])
        costs.append([seconds / (LONG_RECORDS / 4) * 1e9 for seconds in quarters])
    middle = costs[ratios.index(statistics.median(ratios))]
    row(
        "engine-v3-flat", statistics.median(ratios), "last quarter / first", better="lower", target=1.2, basis="value",
        note=f"CPU time of ifd-v3 per record over {LONG_RECORDS / 1e6:g} M records of {INSTRUMENTS} instruments; "
        "by quarter " + ", ".join(f"{cost:.0f}" for cost in middle) + " ns")


def cpu_of_quarters(path):
    with open(WORK / "engine-v3-flat.jsonl", "wb") as out, open(path, "rb") as file:
        engine = subprocess.Popen(
            [TANDEM, *V3, PRODUCTION], stdin=subprocess.PIPE, stdout=out, pipesize=1 << 20, bufsize=0)
        try:
            left = path.stat().st_size - LONG_RECORDS * RECORD_BYTES
            engine.stdin.write(file.read(left))
            marks = [cpu_seconds(engine.pid)]
            for _ in range(4):
                left = LONG_RECORDS // 4 * RECORD_BYTES
                while left > 0:
                    piece = file.read(min(left, 1 << 20))
                    write_all(engine.stdin, piece)
                    left -= len(piece)
                marks.append(cpu_seconds(engine.pid))
            engine.stdin.close()
            if engine.wait(TIMEOUT_SECONDS) != 0:
                raise CannotRun(f"the engine ended with {engine.returncode}")
        finally:
            engine.kill()
            engine.wait()
    if answered(WORK / "engine-v3-flat.jsonl") != LONG_RECORDS:
        raise CannotRun("the engine did not answer every record")
    return [later - earlier for earlier, later in zip(marks, marks[1:])]


def write_all(pipe, piece):
    rest = memoryview(piece)
    while rest:
        rest = rest[pipe.write(rest):]


def cpu_seconds(pid):
    """What all threads of a process have used so far; /proc counts it in ns."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def engine_v3_rss():
    count = 40
    path, lines = one_stream(sessions(count, 0.2)), WORK / "engine-v3-rss.jsonl"
    timed = through_pipe(path, TANDEM, *V3, PRODUCTION, output=lines)
    records = answered(lines)
    row(
        "engine-v3-rss-40", timed.own_peak_bytes / 1e6, "MB", better="lower", target=300, basis="value",
        note=f"VmHWM, read every 10 ms, of one process over {count} sessions of --scale 0.2, definitions included; "
        f"{records} records, {records / timed.cpu / 1e6:.3g} M per CPU second")


def window_close():
    result, _ = output_of(TANDEM, "bench", "window-close", "--runs", 2)
    if result["closes"] < 200:
        raise CannotRun(f"only {result['closes']} windows closed")
    row(
        "window-close-p99", result["p99_ns"] / 1e6, "ms", better="lower", target=1, basis="value",
        note="ifd-v3 in this process, by wall time of the call that takes the closing mark; calls and puts of 200 strikes "
        f"are quoted and traded in each window; median {result['p50_ns'] / 1e6:.2f} ms, largest "
        f"{result['max_ns'] / 1e6:.2f} ms of {result['closes']} closes; apart from them opens and closes of sessions, at "
        f"worst {result['edge_max_ns'] / 1e6:.2f} ms")


def record_offsets(stream):
    """Where each record begins, and the end: a record's first byte is its length in words."""
    offsets, position, end = [], header_bytes(stream), len(stream)
    while position < end:
        offsets.append(position)
        position += stream[position] * 4
    return offsets + [position]


def engine_latency():
    """One thread writes and reads, so that nothing waits for an interpreter's lock."""
    count = 3
    stream = one_stream(sessions(count, 1)).read_bytes()
    offsets = record_offsets(stream)
    reading, writing = os.pipe()
    fcntl.fcntl(writing, SET_PIPE_SIZE, 1 << 20)
    engine = subprocess.Popen(
        [TANDEM, *V3, PRODUCTION.with_name("testing.yaml")], stdin=reading, stdout=subprocess.PIPE, bufsize=0)
    os.close(reading)
    try:
        written, lines = paced(engine.stdout, writing, stream, offsets)
        os.close(writing)
        engine.stdout.read()
        if engine.wait(TIMEOUT_SECONDS) != 0:
            raise CannotRun(f"the engine ended with {engine.returncode}")
    finally:
        engine.kill()
        engine.wait()
    rate = (len(offsets) - 1) / (written[-1] - written[0])
    if rate < 0.97 * PACE:
        raise CannotRun(f"only {rate:.0f} records a second were written")
    took = sorted(
        (at - written[message["cause"] // PIECE]) * 1e3 for at, message in lines if message["type"] == "signal")
    if len(took) < 200:
        raise CannotRun(f"only {len(took)} signals came, too few for a p99")
    row(
        "engine-latency-p99", took[-(-len(took) * 99 // 100) - 1], "ms", better="lower", target=1, basis="value",
        note=f"{PIECE} records every ms into the pipe of `tandem engine ifd-v3` ({rate:.0f} a second; {count} sessions "
        "faster than their own time, testing.yaml, closing windows included); from before the write that holds a signal's "
        f"cause to its line read; median {took[len(took) // 2]:.2f} ms, largest {took[-1]:.2f} ms of {len(took)}")


def paced(answers, writing, stream, offsets):
    """Gives when each piece was written, and each line with when it was read; clock in seconds."""
    starts = offsets[:-1:PIECE]
    view, written, lines, rest = memoryview(stream), [], [], b""
    os.write(writing, view[:offsets[0]])
    # Hello first, so that the start of the process is not measured.
    first = answers.read(1 << 16)
    rest = first[first.rindex(b"\n") + 1:]
    begun = time.monotonic()
    for number, start in enumerate(starts):
        due = begun + number * PIECE / PACE
        while True:
            left = due - time.monotonic()
            # A sleep would end up to 0.1 ms late; what is left of the wait is spent asking.
            if select.select([answers], [], [], max(0, left - 0.0002))[0]:
                pieces = (rest + answers.read(1 << 16)).split(b"\n")
                at = time.monotonic()
                rest = pieces.pop()
                lines += [(at, line) for line in pieces]
            elif time.monotonic() >= due:
                break
        end = starts[number + 1] if number + 1 < len(starts) else offsets[-1]
        written.append(time.monotonic())
        os.write(writing, view[start:end])
    return written, [(at, json.loads(line)) for at, line in lines]
