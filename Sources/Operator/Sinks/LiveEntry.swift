internal import MarketData
internal import Signals

/// One entry of the live log, as sinks get it.
package struct LiveEntry: Sendable, Hashable {
    package let seq: Int64
    package let arm: String
    package let id: String
    /// The line with its newline, as long as the signal stands; of an entry that closes one, its only line.
    package let signalLine: [UInt8]

    private let isSignal: Bool

    /// Nil for a row that is no entry of the live log.
    package init?(_ row: JournalRow) {
        guard let seq = row.seq, let arm = row.arm, let id = row.id else { return nil }
        self.seq = seq
        self.arm = arm
        self.id = id
        isSignal = row.kind == .signal
        guard isSignal else {
            signalLine = Self.line("close", seq: seq, arm: arm, id: id)
            return
        }
        var line: [UInt8] = []
        line.append(ascii: "{\"type\":\"signal\",\"seq\":")
        line.append(decimal: seq)
        line.append(ascii: ",\"arm\":\"")
        line.append(ascii: arm)
        line.append(ascii: "\",\"stage\":\"")
        line.append(ascii: row.stage)
        line.append(ascii: "\",\"decided_at\":")
        line.append(decimal: row.at)
        line.append(ascii: ",")
        line.append(contentsOf: EventCodec.signalFields(of: row).utf8)
        line.append(ascii: "\n")
        signalLine = line
    }

    /// The line once a rollback took the signal back.
    package var revokeLine: [UInt8] { Self.line("revoke", seq: seq, arm: arm, id: id) }

    private static func line(_ type: String, seq: Int64, arm: String, id: String) -> [UInt8] {
        var line: [UInt8] = []
        line.append(ascii: "{\"type\":\"")
        line.append(ascii: type)
        line.append(ascii: "\",\"seq\":")
        line.append(decimal: seq)
        line.append(ascii: ",\"id\":")
        line.append(jsonString: id.utf8)
        line.append(ascii: ",\"arm\":\"")
        line.append(ascii: arm)
        line.append(ascii: "\"}\n")
        return line
    }

    package func line(revokedThrough: Int64) -> [UInt8] { isRevoked(through: revokedThrough) ? revokeLine : signalLine }

    package func isRevoked(through seq: Int64) -> Bool {
        isSignal && arm == Arm.candidate.rawValue && self.seq <= seq
    }
}
