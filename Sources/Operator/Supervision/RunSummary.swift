internal import Feeds
internal import MarketData
internal import Rollout
internal import Signals

/// What came of a run, for people and programs.
package struct RunSummary: Codable, Sendable {
    package struct Counts: Codable, Sendable, Hashable {
        package var live = 0
        package var shadow = 0
        package var suppressed = 0

        package init() {}
    }

    package struct EngineFacts: Codable, Sendable, Hashable {
        package var engine: String?
        package var version: String?
        package var restarts: Int
        package var peakRssBytes: Int?
        package var missing: [String]
    }

    package struct Move: Codable, Sendable, Hashable {
        package var index: UInt64
        package var from: String
        package var to: String
        package var status: String
        package var cause: String
        package var actor: String
        package var reason: String
        package var time: UInt64
    }

    package struct Latency: Codable, Sendable, Hashable {
        package var count: Int
        package var p50Nanoseconds: UInt64
        package var p99Nanoseconds: UInt64
        package var maxNanoseconds: UInt64

        /// Nil without a sample.
        init?(_ samples: [UInt64]) {
            let sorted = samples.sorted()
            guard let largest = sorted.last else { return nil }
            count = sorted.count
            p50Nanoseconds = sorted[sorted.count / 2]
            p99Nanoseconds = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
            maxNanoseconds = largest
        }
    }

    /// Records of the merged stream, marks and symbol mappings included; nil when the feed was not read this time.
    package var records: UInt64?
    /// Records the sources gave.
    package var sourceRecords: UInt64?
    package var seconds: Double
    package var signals: [String: Counts]
    package var stage: String
    package var status: String
    package var transitions: [Move]
    package var digest: String
    /// False where the wall clock decided in ordered mode, too; nil in arrival mode.
    package var isReproducible: Bool?
    package var engines: [String: EngineFacts]
    package var truncatedBytes: Int
    package var truncations: [String]
    package var isComplete: Bool
    /// The signal that stopped the run, if one did.
    package var stoppedBy: Int32?
    /// From a live signal's line read to its first sink having it; nil where nothing was live.
    package var livePath: Latency?
    /// From the event that took everything back to the commit after which no entry of the candidate leaves; nil where
    /// nothing was taken back.
    package var takeBack: Latency?

    /// What the journal alone tells.
    package static func read(_ reader: JournalReader) throws -> RunSummary {
        try RunSummary(reader: reader, seconds: 0, end: .finished)
    }

    init(reader: JournalReader, seconds: Double, end: RunEnd) throws {
        self.seconds = seconds
        signals = [Arm.baseline.rawValue: Counts(), Arm.candidate.rawValue: Counts()]
        for count in try reader.counts() {
            switch count.decision {
            case "live": signals[count.arm, default: Counts()].live += count.count
            case "shadow": signals[count.arm, default: Counts()].shadow += count.count
            default: signals[count.arm, default: Counts()].suppressed += count.count
            }
        }
        let last = try reader.last(JournalRow.Kind.allCases)
        stage = last?.stage ?? Stage.shadow.rawValue
        status = last?.status ?? Status.running.rawValue
        transitions = try Self.transitions(reader)
        digest = try Verifier.digest(reader)
        if let first = try reader.last([.begin]) {
            let begin: BeginBody = try EventCodec.decode(first)
            if begin.mode == .ordered { isReproducible = begin.isReproducible }
        }
        engines = [:]
        truncatedBytes = 0
        truncations = []
        isComplete = try reader.last([.end]) != nil
        if case .stopped(let signal) = end { stoppedBy = signal }
    }

    package static func transitions(_ reader: JournalReader) throws -> [Move] {
        var moves: [Move] = []
        try reader.scanDecisions { row in
            guard row.kind == .transition else { return }
            let body: TransitionBody = try EventCodec.decode(row)
            moves.append(
                Move(
                    index: row.feedIndex, from: row.decision ?? "", to: row.stage, status: row.status,
                    cause: row.reason ?? "", actor: body.actor, reason: body.reason, time: row.time))
        }
        return moves
    }

    mutating func add(_ context: RunContext, latencies: [UInt64]) {
        let counts = context.pump.counts
        records = counts.records
        sourceRecords = counts.source
        truncations = counts.truncations.map(\.description)
        truncatedBytes = counts.truncations.reduce(0) { $0 + $1.leftoverBytes }
        for arm in Arm.allCases {
            let seat = context.seat(arm)
            engines[arm.rawValue] = EngineFacts(
                engine: seat.ledger.hello?.engine, version: seat.ledger.hello?.version, restarts: seat.restarts,
                peakRssBytes: seat.peakResidentBytes > 0 ? seat.peakResidentBytes : nil, missing: seat.ledger.missing)
        }
        livePath = Latency(latencies)
    }

    private enum CodingKeys: String, CodingKey {
        case records, seconds, signals, stage, status, transitions, digest, engines, truncations
        case sourceRecords = "source_records"
        case truncatedBytes = "truncated_bytes"
        case isReproducible = "reproducible"
        case isComplete = "complete"
        case stoppedBy = "stopped_by"
        case livePath = "live_path"
        case takeBack = "take_back"
    }
}

extension RunSummary.EngineFacts {
    private enum CodingKeys: String, CodingKey {
        case engine, version, restarts, missing
        case peakRssBytes = "peak_rss_bytes"
    }
}

extension RunSummary.Latency {
    private enum CodingKeys: String, CodingKey {
        case count
        case p50Nanoseconds = "p50_ns"
        case p99Nanoseconds = "p99_ns"
        case maxNanoseconds = "max_ns"
    }
}
