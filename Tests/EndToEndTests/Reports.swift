import Foundation
import Testing

extension EndToEnd {
    /// What the monitors measured, as people ask for it.
    @Suite struct Reports {
        let folder: Folder
        let state: State

        init() throws {
            folder = try Folder()
            state = State(folder)
        }

        private func report(_ kind: String, _ more: String...) throws -> Ended {
            try folder.tandem(["report", kind, "--state", state.path] + more)
        }

        private func replay(_ extra: String, input: [String]) throws {
            var spec = Spec.talkative
            spec.extra = extra
            try folder.tandem(["replay", spec.write(in: folder), "--state", state.path, "--input"] + input).expect(0)
        }

        /// The budget's figure is what ten lines of Python make of `dbn info` and the prices.
        @Test func aFeedCostsItsBytesTimesThePrice() throws {
            let input = try Sessions.two(scale: 0.2)
            try replay(
                "budget: {prices: {mbo: $3.17/GB, definition: $11/GB, statistics: $0.9/MB, status: $7/GB}}",
                input: input)
            let script = """
                import json, subprocess, sys
                prices = {"mbo": 3170, "definition": 11000, "statistics": 900000, "status": 7000}
                units, spent = {}, 0
                for path in sys.argv[1:]:
                    info = json.loads(subprocess.check_output([sys.executable and "\(Tandem.binary)", "dbn", "info", path, "-o", "json"]))
                    for schema, size in info["bytes_by_schema"].items():
                        units[schema] = units.get(schema, 0) + size
                for schema, size in units.items():
                    spent += (size * prices[schema] + 500000) // 1000000
                print(spent)
                """
            let expected = try folder.run(["python3", "-c", script] + input)
            let budget = try report("budget", "--month", "2026-11", "-o", "json").expect(0).json()
            #expect(budget["spent_micros"].int == Int(expected.output.trimmingCharacters(in: .whitespacesAndNewlines)))
            #expect(budget["limit_micros"].int == 200_000_000)
            #expect(budget["by_provider"]["databento"].int == budget["spent_micros"].int)
            #expect(budget["by_category"]["data"].int == budget["spent_micros"].int)
            for key in ["forecast_micros", "forecast_low_micros", "forecast_high_micros", "cost_per_signal_micros"] {
                #expect((budget.value as? [String: Any])?.keys.contains(key) == true, "\(key)")
            }
            let rows = try report("budget", "--explain", "-o", "json").expect(0).json().list
            #expect(rows.reduce(0) { $0 + ($1["amount_micros"].int ?? 0) } == budget["spent_micros"].int)
        }

        /// Each report in each form, of a replay that says of itself that it is one.
        @Test func everyReportHasEveryForm() throws {
            try replay("sla: {target: 0.995}", input: Sessions.two(scale: 0.2))
            for kind in ["sla", "budget", "latency", "signals", "data"] {
                let json = try report(kind, "-o", "json").expect(0).json()
                if kind != "budget" { #expect(json["basis"].string == "replay", "\(kind)") }
                let csv = try report(kind, "-o", "csv").expect(0).output.split(separator: "\n")
                #expect(csv.count > 1 || kind == "sla", "\(kind)")
                let table = try report(kind).expect(0).output
                #expect(table.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(kind)")
                #expect(!table.contains("\u{1B}"), "no colour where there is no terminal")
                let page = try report(kind, "-o", "html").expect(0).output
                #expect(page.hasPrefix("<!DOCTYPE html>") && !page.contains("<script"))
                // It needs nothing else.
                #expect(!page.replacing(#/xmlns="[^"]*"/#, with: "").contains("http://"))
                #expect(!page.contains("https://"))
                #expect(page.contains("prefers-color-scheme") && page.contains("</html>"))
            }
            let signals = try report("signals", "-o", "json").json()
            for arm in signals["arms"].list {
                let name = try #require(arm["arm"].string)
                #expect(
                    try arm["signals"].int
                        == state.number("SELECT count(*) FROM journal WHERE kind = 'signal' AND arm = '\(name)'"))
                let scored =
                    "kind = 'outcome' AND arm = '\(name)' AND decision <> 'unresolvable'"
                    + " AND json_extract(body, '$.action') <> 'MONITOR'"
                #expect(
                    try arm["outcomes"]["count"].int == state.number("SELECT count(*) FROM journal WHERE \(scored)"))
                let wins = try state.number(
                    "SELECT count(*) FROM journal WHERE \(scored) AND json_extract(body, '$.rMicros') > 0")
                #expect(arm["outcomes"]["wins"].int == wins)
                let live = try state.number(
                    "SELECT count(*) FROM journal o WHERE \(scored) AND EXISTS (SELECT 1 FROM journal s "
                        + "WHERE s.kind = 'signal' AND s.seq IS NOT NULL AND s.arm = o.arm AND s.id = o.id)")
                #expect(arm["live_outcomes"]["count"].int == live)
            }
            let latency = try report("latency", "-o", "json").json()
            let signal = latency["rows"].list.first {
                $0["span"].string == "end_to_end" && $0["arm"].string == "baseline"
            }
            #expect(
                try signal?["count"].int
                    == state.number(
                        "SELECT count(*) FROM journal WHERE kind = 'signal' AND arm = 'baseline' AND seq IS NOT NULL"))
            #expect(signal?["verdict"].string == "not judged (replay)")
            let data = try report("data", "-o", "json").json()
            #expect(data["sessions"].list.map { $0["session"].string } == ["2026-11-02", "2026-11-03"])
            #expect(data["sessions"].list.allSatisfy { ($0["score"].double ?? -1) >= 0 && $0["half_hours"].int == 46 })
            // The close of each session is summed up.
            let summary = try String(contentsOfFile: state.path + "/summaries/2026-11-02.txt", encoding: .utf8)
            #expect(summary.hasPrefix("Session 2026-11-02\n"))
        }

        /// Nothing is measured where nothing was: unknown, not zero.
        @Test func periodsWithoutDataAreUnknown() throws {
            try replay("", input: Sessions.two(scale: 0.2))
            let sla = try report("sla", "--month", "2025-03", "-o", "json").expect(0).json()
            #expect(sla["uptime_raw"].value == nil && sla["market_seconds"].int == 0)
            let budget = try report("budget", "--month", "2025-03", "-o", "json").expect(0).json()
            #expect(budget["spent_micros"].value == nil)
            let signals = try report("signals", "--month", "2025-03", "-o", "json").expect(0).json()
            #expect(signals["arms"][0]["signals"].value == nil)
            try report("budget", "--month", "2027-11").expect(2, says: ["2027-11 lies in the future"])
            try report("sla", "--month", "2039-01").expect(2, says: ["2039"])
            try report("signals", "--from", "2026-11-31").expect(2, says: ["--from 2026-11-31", "expected a date"])
            try report("budget", "--from", "2026-11-30", "--to", "2026-12-01").expect(2, says: ["give --month"])
            try report("sla", "--session", "2026-11-07").expect(2, says: ["2026-11-07"])
        }

        @Test func damagedAndNewerJournalsAreRefused() throws {
            try replay("budget: {prices: {mbo: $3/GB}}", input: [Sessions.two(scale: 0.2)[0]])
            let tamper = """
                import sqlite3, sys
                db = sqlite3.connect(sys.argv[1] + "/journal.sqlite")
                db.executescript("DROP TRIGGER ledger_is_never_changed; "
                    "UPDATE ledger SET line = replace(line, 'databento', 'databent0') WHERE n = 1;")
                db.commit()
                """
            try folder.run(["python3", "-c", tamper, state.path]).expect(0)
            try report("budget").expect(9, says: ["chain breaks here"])
            try folder.run(
                [
                    "python3", "-c",
                    "import sqlite3,sys; db=sqlite3.connect(sys.argv[1]+'/journal.sqlite'); db.execute('PRAGMA user_version=99')",
                    state.path,
                ]
            ).expect(0)
            for kind in ["sla", "latency", "signals", "budget"] { try report(kind).expect(9, says: ["newer"]) }
        }

        /// What people add to the ledger: limits, overrides, reservations and invoices, each with a reason and a name.
        @Test func moneyIsGrantedReservedAndInvoiced() throws {
            try replay("budget: {prices: {mbo: $3/GB}}", input: [Sessions.two(scale: 0.2)[0]])
            func budget(_ words: String...) throws -> Ended {
                try folder.tandem(["budget"] + words + ["--state", state.path])
            }
            try budget("set", "day", "--usd", "7.50", "--reason", "quiet").expect(0)
            try budget("set", "week", "--usd", "7", "--reason", "x").expect(2, says: ["there is no limit week"])
            try budget("override", "--extra", "25", "--until", "2h", "--reason", "expiry").expect(0)
            try budget("override", "--extra", "25", "--until", "2020-01-01T00:00:00Z", "--reason", "x")
                .expect(2, says: ["is over"])
            let report = try report("budget", "-o", "json").json()
            #expect(report["day_limit_micros"].int == 7_500_000 && report["limit_micros"].int == 225_000_000)
            #expect(report["overrides"][0]["reason"].string == "expiry")
            try budget("reserve", "h1", "--usd", "8", "--reason", "backfill")
                .expect(4, says: ["does not fit the day's budget"])
            try budget("reserve", "h2", "--usd", "4", "--reason", "backfill").expect(4, says: ["approve it first"])
            try budget("reserve", "h2", "--approve", "5", "--reason", "all of May").expect(0)
            try budget("reserve", "h2", "--usd", "4", "--reason", "backfill").expect(0)
            try budget("reserve", "h2", "--commit", "3.5", "--reason", "as billed").expect(0)
            try budget("reserve", "h2", "--commit", "3.6", "--reason", "again").expect(
                4, says: ["was committed with $3.50"])
            let before = try state.number("SELECT count(*) FROM ledger")
            let bad = try folder.write(
                "bad.csv",
                """
                date,provider,category,amount,currency,reference
                2026-11-02,databento,data,1.00,USD,INV-1
                2026-11-02,databento,data,1.00,EUR,INV-1
                2026-13-02,databento,data,x,USD,INV-1

                """)
            try budget("import-invoice", bad, "--reason", "november").expect(
                9, says: ["nothing was taken", "line 3:", "line 4:"])
            #expect(try state.number("SELECT count(*) FROM ledger") == before)
            let good = try folder.write(
                "good.csv",
                "date,provider,category,amount,currency,reference\n2026-11-02,databento,data,9.00,USD,INV-1\n")
            let drift = try budget("import-invoice", good, "--reason", "november").expect(0).output
            #expect(drift.contains("invoiced $9.00") && drift.contains("critical"))
        }

        /// An operator and its baseline are killed; the seconds that the report calls bad are those of a stopwatch.
        @Test func badSecondsAreThoseOfAStopwatch() throws {
            var spec = Spec.beats(500)
            spec.id = "stopwatch"
            spec.limits = ["start_timeout: 5s"]
            let words = try [
                "run", spec.write(in: folder), "--input", Sessions.load(records: 200_000, seconds: 3600), "--state",
                state.path, "--speed", "1",
            ]
            var program = try folder.start(words)
            try state.waitUntilReady()
            usleep(3_000_000)
            let baseline = try #require(try state.engine("baseline")?["pid"].int)
            let killed = ContinuousClock.now
            kill(pid_t(baseline), SIGKILL)
            try eventually("another baseline") {
                let engine = try state.engine("baseline")
                return engine?["pid"].int != baseline && engine?["health"].string == "ready" ? true : nil
            }
            let own = seconds(since: killed)
            usleep(4_000_000)
            program.send(SIGKILL)
            let died = ContinuousClock.now
            try program.wait()
            usleep(5_300_000)
            let absent = seconds(since: died)
            program = try folder.start(words)
            try state.waitUntilReady()
            let away = seconds(since: died)
            usleep(3_000_000)
            program.send(SIGTERM)
            try program.wait().expect(0)
            let sla = try report("sla", "-o", "json").expect(0).json()
            #expect(sla["basis"].string == "arrival")
            let counted = try #require(sla["bad_seconds_raw"].int)
            // Two outages, each to less than a second.
            #expect(
                abs(Double(counted) - own - away) <= 2, "\(counted) s counted; \(own) s and \(away) s by the stopwatch")
            let lost = Double(try #require(sla["by_cause"]["telemetry"].int))
            #expect(lost >= absent - 1 && lost <= away + 1, "\(lost) s without telemetry; \(absent) to \(away) s")
            #expect((sla["by_cause"]["own"].int ?? 0) >= 1)
            #expect(sla["incidents"].list.map { $0["cause"].string } == ["own", "telemetry"])
            #expect(sla["bad_seconds_raw"].int == sla["by_cause"].sum)
            let explained = try report("sla", "--explain").expect(0).output
            #expect(explained.contains("no telemetry"))
            // What was the exchange's leaves the adjusted figure, and the raw one stays.
            let start = try #require(sla["incidents"].list.first { $0["cause"].string == "telemetry" }?["start"].int)
            try folder.tandem(
                [
                    "sla", "exclude", "--state", state.path, "--from", "\(start)", "--to",
                    "\(start + 3_600_000_000_000)",
                    "--cause", "exchange", "--evidence", "notice 7", "--reason", "halt",
                ]
            ).expect(0)
            let adjusted = try report("sla", "-o", "json").json()
            #expect(adjusted["bad_seconds_raw"].int == sla["bad_seconds_raw"].int)
            #expect(adjusted["by_cause"]["telemetry"].int == 0)
            #expect(adjusted["bad_seconds_adjusted"].int == adjusted["by_cause"]["own"].int)
            try folder.tandem(["sla", "withdraw", "e7", "--state", state.path, "--reason", "x"]).expect(3, says: ["e7"])
            let status = try state.status()
            #expect(
                status?["monitors"].list.map { $0["monitor"].string ?? "" }
                    == [
                        "decision", "account", "market", "promotion", "uptime", "latency", "latency", "budget", "data",
                        "alerts",
                    ])
        }

        /// A quiet feed: an engine that dies and catches up reads nothing that the market has not said yet.
        @Test func aRestartedEngineDoesNotReadAhead() throws {
            var spec = Spec.beats(500)
            spec.calendar = "cme-globex-equity"
            let program = try folder.start(
                [
                    "run", spec.write(in: folder), "--input", Sessions.two(scale: 0.05)[0], "--state", state.path,
                    "--speed", "1",
                ])
            try state.waitUntilReady()
            for _ in 0..<3 {
                let baseline = try #require(try state.engine("baseline")?["pid"].int)
                kill(pid_t(baseline), SIGKILL)
                try eventually("another baseline", within: 25) {
                    let engine = try state.engine("baseline")
                    return engine?["pid"].int != baseline && engine?["health"].string == "ready" ? true : nil
                }
                usleep(500_000)
            }
            program.send(SIGTERM)
            try program.wait().expect(0)
            let deaths = try state.query("SELECT body FROM journal WHERE kind = 'process' AND reason = 'died'")
            #expect(deaths.count == 3 && deaths.allSatisfy { $0[0].contains("SIGKILL") }, "\(deaths)")
            #expect(try state.number("SELECT count(*) FROM journal WHERE kind = 'complaint'") == 0)
        }
    }
}

extension JSON {
    /// Of an object's numbers.
    fileprivate var sum: Int { (value as? [String: NSNumber])?.values.reduce(0) { $0 + $1.intValue } ?? 0 }
}
