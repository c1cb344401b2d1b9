internal import MarketData
internal import Signals

/// One entry of the live log, as sinks get it.
package struct LiveEntry: Sendable, Hashable {
    package let seq: Int64
    package let arm: String
    package let id: String
    /// The line with its newline, as long as the signal stands.
    package let signalLine: [UInt8]

    /// Nil for a row that is no live signal.
    package init?(_ row: JournalRow) {
        guard row.kind == .signal, let seq = row.seq, let arm = row.arm, let id = row.id else { return nil }
        self.seq = seq
        self.arm = arm
        self.id = id
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
    package var revokeLine: [UInt8] {
        var line: [UInt8] = []
        line.append(ascii: "{\"type\":\"revoke\",\"seq\":")
        line.append(decimal: seq)
        line.append(ascii: ",\"id\":")
        line.append(jsonString: id.utf8)
        line.append(ascii: ",\"arm\":\"")
        line.append(ascii: arm)
        line.append(ascii: "\"}\n")
        return line
    }

    package func line(revokedThrough: Int64) -> [UInt8] { isRevoked(through: revokedThrough) ? revokeLine : signalLine }

    package func isRevoked(through seq: Int64) -> Bool { arm == Arm.candidate.rawValue && self.seq <= seq }
}
