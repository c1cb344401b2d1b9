internal import MarketData
internal import Signals

/// What became of signals, as far as calibration asks: whether each won.
///
/// Lines of `outcomes/<session>.jsonl` (design, section 4): objects with `id` and `r_micros`; `kind` `unresolvable` is
/// no outcome. A line that is none of this, or too long, is counted and left out: one bad line must not take a
/// session's lessons.
struct FedBackOutcomes: Sendable {
    static let mostLineBytes = 65_536

    /// Won means a profit above 0.
    private(set) var won: [String: Bool] = [:]
    private(set) var unreadableLines = 0

    init(_ bytes: [UInt8]) {
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard line.count <= Self.mostLineBytes, let object = Self.object(Array(line)),
                case .text(let id)? = object["id"]
            else {
                unreadableLines += 1
                continue
            }
            if case .text("unresolvable")? = object["kind"] { continue }
            if case .flag(true)? = object["tainted"] { continue }
            if case .integer(let profit)? = object["r_micros"] { won[id] = profit > 0 } else { unreadableLines += 1 }
        }
    }

    private static func object(_ line: [UInt8]) -> [String: JSONValue]? {
        // What is wrong with the line is the writer's to find; here it only counts as unreadable.
        guard case .object(let object)? = try? JSONValue.parse(line) else { return nil }
        return object
    }
}

extension Calibration {
    /// Joins the scores of `records` with what became of their signals, session by session.
    ///
    /// - Parameter scorer: scores of another version of the engine are left out: they were other numbers.
    init(
        _ records: [SessionRecord], _ outcomes: [(session: CivilDate, value: FedBackOutcomes)], scorer: UInt64
    ) {
        let bySession = Dictionary(outcomes.map { ($0.session, $0.value.won) }) { _, later in later }
        var pairs: [Pair] = []
        for record in records where record.scorer == scorer && !record.predictions.isEmpty {
            guard let won = bySession[record.session] else { continue }
            pairs += record.predictions.compactMap { prediction in
                won[prediction.id].map { Pair(raw: prediction.raw, won: $0) }
            }
        }
        self.init(pairs)
    }
}
