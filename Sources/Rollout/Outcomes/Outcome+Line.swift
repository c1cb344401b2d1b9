internal import MarketData
public import Signals

extension Outcome {
    /// What the engine that sent the signal gets to read when the next session opens.
    public var line: OutcomeLine {
        OutcomeLine(
            id: id, action: action, direction: direction, instrumentID: instrumentID, underlyingID: underlyingID,
            kind: OutcomeLine.Kind(rawValue: kind.name) ?? .unresolvable, reason: kind.reason?.rawValue,
            entry: entry.map { OutcomeLine.Fill(time: Timestamp(nanos: $0.time), price: $0.price) },
            exit: exit.map { OutcomeLine.Fill(time: Timestamp(nanos: $0.time), price: $0.price) },
            rMicros: rMicros, profitMicros: profitMicros, adverseRMicros: adverseRMicros,
            isTargetWrongSide: flags.contains(.targetWrongSide), isTainted: !flags.isDisjoint(with: .tainted))
    }
}
