internal import MarketData
internal import Rollout
internal import Signals

/// What an outcome's row holds beside its columns: all that its figures are made of, and the figures.
///
/// Prices in 1e-9, times in ns since 1970, money in micro-dollars of one contract, R in millionths.
struct OutcomeBody: Codable {
    struct Fill: Codable {
        var index: UInt64
        var time: UInt64
        var price: Int64

        init(_ fill: Outcome.Fill) {
            index = fill.index
            time = fill.time
            price = fill.price.nanos
        }

        var fill: Outcome.Fill { Outcome.Fill(index: index, time: time, price: Price(nanos: price)) }
    }

    var action: String
    var direction: String
    var cause: UInt64
    var order: UInt64
    var flags: UInt16
    var entry: Fill?
    var exit: Fill?
    var stop: Int64?
    var tick: Int64
    var multiplier: Int64
    var adverse: Int64
    var riskMicros: Int64
    var profitMicros: Int64
    var rMicros: Int64
    var adverseRMicros: Int64

    init(_ outcome: Outcome) {
        action = outcome.action.rawValue
        direction = outcome.direction.rawValue
        cause = outcome.causeIndex
        order = outcome.order
        flags = outcome.flags.rawValue
        entry = outcome.entry.map(Fill.init)
        exit = outcome.exit.map(Fill.init)
        stop = outcome.stop?.nanos
        tick = outcome.tickNanos
        multiplier = outcome.multiplierNanos
        adverse = outcome.adverseNanos
        riskMicros = outcome.riskMicros
        profitMicros = outcome.profitMicros
        rMicros = outcome.rMicros
        adverseRMicros = outcome.adverseRMicros
    }

    /// Nil when a word is unknown or a column is missing.
    func outcome(of row: JournalRow) -> Outcome? {
        guard let arm = row.arm.flatMap(Arm.init(rawValue:)), let id = row.id,
            let instrument = row.instrumentID, let underlying = row.underlyingID,
            let kind = Outcome.Kind(name: row.decision, reason: row.reason),
            let action = Signal.Action(rawValue: action), let direction = Signal.Direction(rawValue: direction)
        else { return nil }
        return Outcome(
            arm: arm, id: id, action: action, direction: direction, instrumentID: InstrumentID(instrument),
            underlyingID: InstrumentID(underlying), causeIndex: cause, order: order, knownIndex: row.feedIndex,
            kind: kind, flags: Outcome.Flags(rawValue: flags), entry: entry?.fill, exit: exit?.fill,
            stop: stop.map { Price(nanos: $0) }, tickNanos: tick, multiplierNanos: multiplier, adverseNanos: adverse,
            riskMicros: riskMicros, profitMicros: profitMicros, rMicros: rMicros, adverseRMicros: adverseRMicros)
    }
}
