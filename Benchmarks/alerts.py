"""What alerts cost the router, and how soon somebody has one."""
import contextlib
import json
import os
import shutil
import socket
import statistics
import threading

from harness import HERE, TANDEM, WORK, CannotRun, in_memory, need, output_of, row

PAIRS = 10
BEGIN = 1_760_000_400 * 10**9  # 2025-10-09T09:00:00Z, where loads begin
SECRET = "whsec_YmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtYmVuY2g="
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class Provider:
    """Takes every request; answers it, or never."""

    def __init__(self, hangs):
        self.hangs, self.held = hangs, []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                if self.hangs:
                    self.held.append(connection)
                else:
                    threading.Thread(target=self.answer, args=[connection], daemon=True).start()

    @staticmethod
    def answer(connection):
        with connection, contextlib.suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(1 << 16)
            head, body = request.split(b"\r\n\r\n", 1)
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            while len(body) < length:
                body += connection.recv(1 << 16)
            connection.sendall(ANSWER)

    def close(self):
        self.listener.close()
        for connection in self.held:
            connection.close()


def spec(port):
    """The rollout of `live-path-p99` with four channels, and people who take the candidate back every half second."""
    metronome = HERE / "rollout" / "metronome.yaml"
    channels = "\n".join(
        f'    c{number}: {{webhook: {{url: "http://127.0.0.1:{port}/{number}", secrets: [env:BENCH_SECRET]}}}}'
        for number in range(4))
    path = WORK / "alerts.yaml"
    path.write_text(
        f"id: bench-alerts\ncalendar: 24x7\ndecisions: watch\nbaseline: {{engine: metronome, config: {metronome}}}\n"
        f"candidate: {{engine: metronome, config: {metronome}}}\nsinks:\n  - {{name: signals, file: signals.ndjson}}\n"
        f"alerts:\n  channels:\n{channels}\n")
    actions = WORK / "alerts-actions.jsonl"
    with open(actions, "w", encoding="utf-8") as file:
        for number in range(1, 10):
            for after, verb in ((0, "rollback"), (250, "resume")):
                at = BEGIN + number * 500_000_000 + after * 1_000_000
                file.write(json.dumps({"at_ts": at, "verb": verb, "reason": "bench"}) + "\n")
    return path, actions


def live_path(hangs, state):
    """Median and p99 of live signals in ms, and p99 of acknowledgements in s, while every channel hangs or none does."""
    records = need("alerts.dbn", "--records", 150_000, "--instruments", 20, "--duration", 3)
    provider = Provider(hangs)
    shutil.rmtree(state, ignore_errors=True)
    try:
        path, actions = spec(provider.port)
        summary, _ = output_of(
            TANDEM, "run", path, "--state", state, "--input", records, "--speed", 1, "--stage", "canary", "--actions",
            actions, "-o", "json")
        told, _ = output_of(TANDEM, "report", "sla", "--state", state, "-o", "json")
    finally:
        provider.close()
    live, alerts = summary["live_path"], told["alerts"]
    if live["count"] < 2000 or alerts["notices"] < 9:
        raise CannotRun(f"only {live['count']} live signals and {alerts['notices']} urgent notices")
    if hangs == bool(alerts["met"]):
        raise CannotRun(f"{alerts['met']} notices were told while channels {'hung' if hangs else 'answered'}")
    slowest = max((channel["p99_seconds"] for channel in alerts["channels"]), default=None)
    return live["p50_ns"] / 1e6, live["p99_ns"] / 1e6, slowest


def hanging_channels():
    os.environ["BENCH_SECRET"] = SECRET
    with in_memory() as state:
        pairs = [(live_path(True, state), live_path(False, state)) for _ in range(PAIRS)]
    for name, place, target in (("router-p50-alerts-hang", 0, 1.1), ("router-p99-alerts-hang", 1, 1.5)):
        row(
            name, statistics.median(hung[place] for hung, _ in pairs), "ms", better="lower", target=target, basis="ratio",
            reference="the same, channels answer", reference_value=statistics.median(well[place] for _, well in pairs),
            ratio=statistics.median(hung[place] / well[place] for hung, well in pairs),
            note=f"live signals, 9 rollbacks told over 4 channels meanwhile, the state folder in /dev/shm; {PAIRS} pairs in turn")
    slowest = [well[2] for _, well in pairs if well[2] is not None]
    row(
        "alert-ack-p99", max(slowest), "s", better="lower", target=1, basis="value",
        note=f"from the fact to the slowest channel's acknowledgement; the largest of {len(slowest)} runs, the median is "
        f"{statistics.median(slowest):.3g} s")
