internal import ArgumentParser
internal import Feeds
internal import Foundation
internal import MarketData

struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make market data: seeded sessions of an NQ futures and options market, or a load for benchmarks.",
        discussion: """
            The same arguments give the same bytes.
            tandem generate --seed 7 --out session.dbn.zst
            tandem generate --sessions 40 --seed 11 --out sessions --labels labels.jsonl
            tandem generate --records 5000000 --instruments 400 --out load.dbn
            """)

    @Option(help: "Where to: a file (.dbn or .dbn.zst), or with --sessions a folder.") var out: String
    @Option(help: "The seed.") var seed: UInt64 = 7
    @Option(help: "So many sessions, as NNN-<date>.dbn.zst in a folder.") var sessions: Int?
    @Option(help: "The truth about the market, as JSON lines: who accumulated what, and did the move come.")
    var labels: String?
    @Option(help: "Trade date of the first session, YYYY-MM-DD.") var date = "2026-11-02"
    @Option(help: "Activity: 1 gives 400,000 to 600,000 records a session.") var scale = 1.0
    @Option(help: "A load of so many market-by-order records instead of a market.") var records: Int?
    @Option(help: "Instruments of the load.") var instruments = 400
    @Option(help: "Event time of the load, seconds.") var duration = 3600

    func validate() throws {
        if let sessions, sessions < 1 { throw ValidationError("--sessions must be at least 1") }
        if sessions != nil, records != nil { throw ValidationError("--sessions and --records exclude each other") }
        if labels != nil, records != nil { throw ValidationError("a load of --records has no --labels") }
        guard scale > 0, scale <= 1000 else { throw ValidationError("--scale must be above 0 and at most 1000") }
        guard CivilDate(date) != nil else { throw ValidationError("--date \(date): expected YYYY-MM-DD") }
    }

    func run() throws {
        if let records {
            let load: SyntheticLoad
            do throws(SyntheticLoad.Failure) {
                load = try SyntheticLoad(
                    records: records, instruments: instruments, seed: seed, durationSeconds: duration)
            } catch {
                throw Failure(FailureCode.usage, "\(error)")
            }
            return try OutputFile.write(out) { try load.write($0) }
        }
        let plans = try tradingSessions(sessions ?? 1)
        guard sessions != nil else {
            let market = SyntheticMarket(seed: seed, session: plans[0], scale: scale)
            try OutputFile.write(out) { _ = try market.write($0) }
            return try writeLabels([market])
        }
        try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        let progress = ProgressLine(total: UInt64(plans.count))
        let markets = SyntheticMarket.sessions(seed: seed, plans, scale: scale)
        for (number, market) in markets.enumerated() {
            let name = String(format: "%03d", number) + "-\(market.session.tradeDate).dbn.zst"
            try OutputFile.write(out + "/" + name) { _ = try market.write($0) }
            progress.show(records: UInt64(number + 1), time: nil)
        }
        progress.end()
        try writeLabels(markets)
    }

    private func writeLabels(_ markets: [SyntheticMarket]) throws {
        guard let labels else { return }
        try OutputFile.write(labels) { emit in
            for market in markets {
                let bytes = Array(market.labels.lines.utf8)
                try bytes.withUnsafeBytes { try emit($0) }
            }
        }
    }

    /// The first `count` sessions of the calendar from the date on that trade a full 23 hours.
    private func tradingSessions(_ count: Int) throws -> [SyntheticSession] {
        let calendar = try ExchangeCalendar(named: "cme-globex-equity")
        var day = CivilDate(date) ?? CivilDate(daysSince1970: 0)
        var result: [SyntheticSession] = []
        while result.count < count {
            if let session = try calendar.session(on: day), session.openSeconds == 23 * 3600,
                session.segments.count == 1
            {
                result.append(
                    SyntheticSession(index: result.count, tradeDate: day, open: session.open, close: session.close))
            }
            day = day.adding(days: 1)
        }
        return result
    }
}

/// Writes a file beside its name and renames it when it is whole; `.zst` compresses.
enum OutputFile {
    static func write(_ path: String, _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
        let partial = path + ".part"
        let file = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else {
            throw Failure(FailureCode.precondition, "cannot write \(partial): \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        func put(_ bytes: UnsafeRawBufferPointer) throws {
            var offset = 0
            while offset < bytes.count {
                let count = Glibc.write(file, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
                if count > 0 {
                    offset += count
                } else if errno != EINTR {
                    throw Failure(
                        FailureCode.precondition, "cannot write \(partial): \(String(cString: strerror(errno)))")
                }
            }
        }
        do {
            if path.hasSuffix(".zst") {
                var encoder = ZstandardEncoder(level: 1)
                try body { try encoder.compress($0, emit: put) }
                try encoder.finish(emit: put)
            } else {
                try body(put)
            }
        } catch {
            unlink(partial)
            throw error
        }
        guard rename(partial, path) == 0 else {
            throw Failure(
                FailureCode.precondition, "cannot rename \(partial) to \(path): \(String(cString: strerror(errno)))")
        }
    }
}
