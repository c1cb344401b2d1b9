internal import ArgumentParser
internal import Feeds
internal import Foundation
internal import MarketData
internal import Monitors

/// The Swift side of `make bench`: what `Benchmarks/reference/reference.c` does, by the product's own code, in its words.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure decoding and book building beside Benchmarks/reference/reference.c.",
        discussion: """
            tandem bench decode|decode-zstd|book FILE [--runs N]
            tandem bench window-close [--runs SESSIONS]
            tandem bench latency-sample [--runs N]
            tandem bench decisions
            """, shouldDisplay: false)

    enum Work: String, ExpressibleByArgument, CaseIterable {
        case decode
        case decodeZstd = "decode-zstd"
        case book
        /// How long ifd-v3 takes to close a window; has no reference.
        case windowClose = "window-close"
        /// What a signal's latency costs to record in all its histograms; has no reference.
        case latencySample = "latency-sample"
        /// A million signals and outcomes through routing, evidence, decisions and metrics; has no reference.
        case decisions

        var needsFile: Bool { self == .decode || self == .decodeZstd || self == .book }

        /// Its name in the reference.
        var mode: String { self == .decodeZstd ? "zstd" : rawValue }
    }

    @Argument(help: "decode, decode-zstd, book, window-close, latency-sample or decisions.") var work: Work
    @Argument(help: "The file; the last three make their own.") var file: String?
    @Option(help: "Runs (of window-close: sessions) that count; one more comes before them.") var runs = 5

    func validate() throws {
        if runs < 1 || runs > 1000 { throw ValidationError("--runs must be 1 to 1000") }
        if (file != nil) != work.needsFile {
            throw ValidationError("name a file to decode or to build books of; the other work takes none")
        }
    }

    func run() throws {
        guard let file else {
            switch work {
            case .latencySample: return try Output.line(try latencySample())
            case .decisions: return try Output.line(DecisionBench().run())
            default: return try Output.line(line(WindowCloseBench().run(sessions: runs)))
            }
        }
        var seconds: [Double] = []
        var tally = Tally()
        var books: OrderBooks?
        for run in 0...runs {
            tally = Tally()
            // Those of the run before go now, outside of what is timed, as in the reference.
            books = nil
            let start = Self.threadSeconds()
            if work == .book {
                let built = OrderBooks()
                try tally.build(built, from: DBNFile(path: file))
                books = built
            } else {
                try tally.visit(DBNFile(path: file))
            }
            if run > 0 { seconds.append(Self.threadSeconds() - start) }
        }
        seconds.sort()
        try Output.line(line(tally, books, seconds: seconds[seconds.count / 2]))
    }

    /// Nanoseconds a signal, of a million in every run: one sample in each span of its way.
    private func latencySample() throws -> String {
        let spans = LatencySpan.allCases.filter { $0 != .clockSkew && $0 != .markAnswer }
        let samples = 1_000_000
        guard let session = CivilDate("2026-11-02") else { return "{}" }
        var nanos: [Double] = []
        for _ in 0...runs {
            var monitor = LatencyMonitor()
            monitor.begin(session: session, stage: "canary", versions: [.baseline: "1.0.0", .candidate: "3.0.0"])
            var value: UInt64 = 88_172_645_463_325_252
            let start = Self.threadSeconds()
            for _ in 0..<samples {
                // Xorshift (Marsaglia 2003): latencies of up to a second, none like the one before.
                value ^= value << 13
                value ^= value >> 7
                value ^= value << 17
                for span in spans { monitor.record(span, arm: .candidate, nanos: value >> 34) }
            }
            nanos.append((Self.threadSeconds() - start) / Double(samples) * 1e9)
            guard monitor.takeChanges().count == spans.count else {
                throw Failure(FailureCode.internal, "not every span was recorded")
            }
        }
        nanos.removeFirst()
        nanos.sort()
        return "{\"mode\":\"latency-sample\",\"spans\":\(spans.count),\"samples\":\(samples),"
            + "\"ns\":\(String(format: "%.2f", nanos[nanos.count / 2]))}"
    }

    private func line(_ tally: Tally, _ books: OrderBooks?, seconds: Double) -> String {
        let actions = "ACMRTFN".utf8.map { "\"\(Character(UnicodeScalar($0)))\":\(tally.actions[Int($0)])" }
        var text = "{\"mode\":\"\(work.mode)\",\"records\":\(tally.records),"
        text += "\"seconds\":\(String(format: "%.6f", seconds)),"
        text += "\"checksum\":\(tally.checksum),\"actions\":{\(actions.joined(separator: ","))}"
        if let books {
            let instruments = books.instruments
            let levels = instruments.map { books.levelCounts(of: $0) }
            text += ",\"book\":{\"live_orders\":\(books.liveOrders),\"instruments\":\(instruments.count),"
            text += "\"levels\":[\(levels.reduce(0) { $0 + $1.bids }),\(levels.reduce(0) { $0 + $1.asks })],"
            text += "\"bbo_sum\":\(tally.bestSum)}"
        }
        return text + "}"
    }

    private func line(_ result: WindowCloseBench.Result) -> String {
        let (last, edge) = (result.closes.last ?? 0, result.edges.last ?? 0)
        return "{\"mode\":\"\(work.rawValue)\",\"records\":\(result.records),\"signals\":\(result.signals),"
            + "\"closes\":\(result.closes.count),\"p50_ns\":\(result.quantile(0.5)),"
            + "\"p99_ns\":\(result.quantile(0.99)),\"max_ns\":\(last),\"edge_max_ns\":\(edge)}"
    }

    /// CPU time of this thread, as the reference counts it.
    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// What a visit of every record leaves, so that two programs can be seen to have done the same; sums wrap.
private struct Tally {
    var records: UInt64 = 0
    /// Over market-by-order records: order id + price + size.
    var checksum: UInt64 = 0
    /// Market-by-order records by action.
    var actions = InlineArray<256, UInt64>(repeating: 0)
    /// Over market-by-order records with LAST: (bid price ^ bid size) + 3 * (ask price ^ ask size) after each.
    var bestSum: UInt64 = 0

    mutating func visit(_ file: DBNFile) throws(FeedError) {
        while let run = try file.nextRun() {
            for record in run {
                records &+= 1
                if let order = record.asMbo { add(order) }
            }
        }
    }

    mutating func build(_ books: OrderBooks, from file: DBNFile) throws(FeedError) {
        while let run = try file.nextRun() {
            for record in run {
                records &+= 1
                guard let order = record.asMbo else { continue }
                add(order)
                books.apply(order)
                if order.flags & RecordFlags.last != 0 {
                    bestSum &+= Self.mixed(books.bestBid(of: record.instrumentID))
                    bestSum &+= 3 &* Self.mixed(books.bestAsk(of: record.instrumentID))
                }
            }
        }
    }

    @inline(__always) private mutating func add(_ order: MboView) {
        checksum &+= order.orderID &+ UInt64(bitPattern: order.priceNanos) &+ UInt64(order.size)
        actions[Int(order.action)] &+= 1
    }

    /// 0 for an empty side.
    @inline(__always) private static func mixed(_ level: OrderBooks.Level?) -> UInt64 {
        level.map { UInt64(bitPattern: $0.priceNanos) ^ $0.size } ?? 0
    }
}
