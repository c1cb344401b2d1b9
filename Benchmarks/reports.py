"""A year of a rollout's journal, and how long its reports take; and what a latency sample costs."""
import hashlib
import json
import shutil
import sqlite3
import subprocess
from datetime import date, datetime, timedelta, timezone

from harness import HERE, TANDEM, WORK, CannotRun, Timed, output_of, row, sessions

SESSIONS, SIGNALS = 250, 1_000_000
SECONDS, MEGABYTES = 2, 200


def trading_days():
    """Sessions of cme-globex-equity from 2026 on, as the calendar itself has them."""
    found, month = [], date(2026, 1, 1)
    while len(found) < SESSIONS:
        listed, _ = output_of(TANDEM, "calendar", "--month", month.strftime("%Y-%m"), "-o", "json")
        found += listed["sessions"]
        month = (month + timedelta(days=32)).replace(day=1)
    return found[:SESSIONS]


def chained(database, lines):
    """Rows that go on where the ledger ends: (n, line, chain)."""
    number, chain = database.execute("SELECT n, chain FROM ledger ORDER BY n DESC LIMIT 1").fetchone() or (0, bytes(32))
    made = []
    for number, line in enumerate(lines, number + 1):
        chain = hashlib.sha256(chain + line.encode()).digest()
        made.append((number, line, chain))
    return made


def year():
    """A state folder with a year in it: made once from a short run, whose rows are multiplied."""
    state = WORK / "year"
    if state.exists():
        return state
    partial = WORK / "year.part"
    shutil.rmtree(partial, ignore_errors=True)
    file = sorted(sessions(2, 0.1).iterdir())[0]
    Timed(
        TANDEM, "run", HERE / "rollout" / "year.yaml", "--input", file, "--speed", "20000", "--state", partial,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).ended()
    database = sqlite3.connect(partial / "journal.sqlite")
    fill(database, trading_days())
    database.commit()
    database.execute("ANALYZE")
    database.close()
    (partial / "heartbeat").unlink()
    partial.rename(state)
    return state


def fill(database, days):
    """Signals and outcomes of both arms, latencies, an operator's presence with two incidents a session, and costs."""
    database.execute("DELETE FROM journal WHERE kind IN ('signal', 'outcome')")
    number = database.execute("SELECT max(n) FROM journal").fetchone()[0] + 1
    latencies = database.execute("SELECT stage, arm, version, span, histogram FROM latency").fetchall()
    if not latencies:
        raise CannotRun("the short run measured no latency")
    each, live, costs = SIGNALS // SESSIONS, 0, []
    for table in ("latency", "presence", "states", "quality"):
        database.execute(f"DELETE FROM {table}")
    scores = []
    for epoch, day in enumerate(days, 1):
        opened, closed = day["open"], day["close"]
        step, rows, said = (closed - opened) // each, [], []
        for k in range(each):
            arm, name = ("baseline", "candidate")[k % 2], f"{day['date']}-{k:05d}-{'0' * 40}"
            live += k % 3 == 0
            time, decision = opened + k * step, ("live", "shadow", "shadow")[k % 3]
            shared = (time, time, 7, 7)
            rows.append(
                (number, number, number, "signal", arm, name, *shared, decision, ("assigned", "stage", "other-arm")[k % 3],
                 "shadow", "running", live if k % 3 == 0 else None, "{}", b""))
            rows.append(
                (number + 1, number + 1, number + 1, "outcome", arm, name, *shared, ("target", "stop", "horizon")[k % 3],
                 None, "shadow", "running", None, f'{{"action":"BUY","rMicros":{(k * 7919) % 2000000 - 900000}}}', b""))
            said.append((number + 1, arm, time, decision))
            number += 2
        database.executemany(f"INSERT INTO journal VALUES ({','.join('?' * 17)})", rows)
        scores += [(arm, decision == "live", time, number, (number * 7919) % 2_000_000 - 900_000)
                   for number, arm, time, decision in said]
        database.executemany(
            "INSERT INTO latency VALUES (?,?,?,?,?,?,?,?)",
            [(day["date"], "arrival", stage, arm, version, span, epoch, blob)
             for stage, arm, version, span, blob in latencies])
        database.execute(
            "INSERT INTO presence VALUES (?,?,?,?,?,?,?)", (epoch, "arrival", opened, closed, opened, closed, 1))
        for component in ("route", "feed", "baseline", "candidate", "router", "journal", "sinks"):
            changes = [(opened, 1)] + [(opened + hour * 3_600_000_000_000 + wait, wait > 0) for hour in (2, 5)
                                       for wait in (0, 5_400_000_000)]
            database.executemany(
                "INSERT INTO states (epoch, time, component, good, cause, reason, since) VALUES (?,?,?,?,?,?,NULL)",
                [(epoch, time, component, good, None if good else "own", "" if good else "died") for time, good in changes])
        costs += cost(day, epoch)
    database.execute("DELETE FROM scores")
    database.executemany("INSERT INTO scores VALUES (?,?,?,?,?)", scores)
    database.executemany("INSERT INTO ledger VALUES (?,?,?)", chained(database, costs))


def cost(day, epoch):
    """A slice of the day's feed: reserved, then committed."""
    shared = dict(
        v=1, row="cost", id=f"year/{epoch}", reservation=None, corrects=None, time=day["open"] + 1,
        period=datetime.fromtimestamp(day["open"] // 10**9, timezone.utc).strftime("%Y-%m"), trading_date=day["date"],
        arm="shared", stage="shadow", provider="databento", category="data", purpose="ordinary", source="feed/mbo",
        quantity=600_000_000, unit="bytes", unit_price="1/2500", amount_micros=240_000, state="reserved",
        recorded_at=day["open"] + 1, actor="operator")
    made = dict(
        shared, id=f"year/{epoch}/committed", reservation=f"year/{epoch}", state="committed",
        recorded_at=day["close"])
    return [json.dumps(line, separators=(",", ":")) for line in (shared, made)]


def report_year():
    state, days = year(), trading_days()
    walls, peaks = {}, {}
    for kind in ("sla", "latency", "signals", "budget"):
        period = ["--month", days[-1]["date"][:7]] if kind == "budget" else [
            "--from", days[0]["date"], "--to", days[-1]["date"]]
        took = []
        for _ in range(5):
            report, timed = output_of(TANDEM, "report", kind, "--state", state, *period, "-o", "json")
            took.append(timed)
        if kind == "signals" and sum(arm["signals"] for arm in report["arms"]) != SIGNALS:
            raise CannotRun("the report does not count every signal")
        if kind == "sla" and report["bad_seconds_raw"] < 5 * len(days):
            raise CannotRun("the report does not see the year's incidents")
        walls[kind] = sorted(timed.wall for timed in took)[2]
        peaks[kind] = max(timed.own_peak_bytes for timed in took) / 1e6
    each = ", ".join(f"{kind} {seconds:.2f} s and {peaks[kind]:.0f} MB" for kind, seconds in walls.items())
    row(
        "report-year", max(walls.values()), "s", better="lower", target=SECONDS, basis="value",
        note=f"the slowest of four reports as JSON over {SESSIONS} sessions and {SIGNALS:,} signals with outcomes: {each} "
        "resident at most (the budget is of a month, out of the year's ledger)")
    row("report-year-peak", max(peaks.values()), "MB", better="lower", target=MEGABYTES, basis="value")


def latency_sample():
    result, _ = output_of(TANDEM, "bench", "latency-sample", "--runs", 5)
    row(
        "latency-sample", result["ns"] / result["spans"], "ns", better="lower", target=100, basis="value",
        note=f"one sample in the histogram of its engine, span, stage and session, of which all others are sums; a signal "
        f"brings {result['spans']}, {result['ns']:.0f} ns; values all over a second; median of 5 runs of "
        f"{result['samples']:,}")
