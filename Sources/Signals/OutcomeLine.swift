public import MarketData

/// One line of `outcomes/<session>.jsonl`: what became of a signal, as its engine may read it when the next session opens.
public struct OutcomeLine: Hashable, Sendable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case target, stop, horizon
        case sessionClose = "session-close"
        case expiry
        /// No profit can be told; `reason` says why.
        case unresolvable
    }

    /// A paper fill.
    public struct Fill: Hashable, Sendable {
        /// `ts_recv` of the record that gave the price.
        public var time: Timestamp
        public var price: Price

        public init(time: Timestamp, price: Price) {
            self.time = time
            self.price = price
        }
    }

    /// The signal's.
    public var id: String
    public var action: Signal.Action
    public var direction: Signal.Direction
    public var instrumentID: InstrumentID
    public var underlyingID: InstrumentID
    public var kind: Kind
    /// Of an unresolvable outcome only.
    public var reason: String?
    public var entry: Fill?
    public var exit: Fill?
    /// Profit after costs in millionths of the risk, clipped; a win is above 0.
    public var rMicros: Int64
    /// The same of one contract in micro-dollars.
    public var profitMicros: Int64
    /// The farthest the price went against the entry, in millionths of the risk.
    public var adverseRMicros: Int64
    /// Whether the target was not beyond the entry, and so was ignored.
    public var isTargetWrongSide: Bool
    /// Whether a halt or a gap in the feed touched it.
    public var isTainted: Bool

    public init(
        id: String, action: Signal.Action, direction: Signal.Direction, instrumentID: InstrumentID,
        underlyingID: InstrumentID, kind: Kind, reason: String? = nil, entry: Fill? = nil, exit: Fill? = nil,
        rMicros: Int64, profitMicros: Int64, adverseRMicros: Int64, isTargetWrongSide: Bool = false,
        isTainted: Bool = false
    ) {
        self.id = id
        self.action = action
        self.direction = direction
        self.instrumentID = instrumentID
        self.underlyingID = underlyingID
        self.kind = kind
        self.reason = reason
        self.entry = entry
        self.exit = exit
        self.rMicros = rMicros
        self.profitMicros = profitMicros
        self.adverseRMicros = adverseRMicros
        self.isTargetWrongSide = isTargetWrongSide
        self.isTainted = isTainted
    }
}

extension OutcomeLine {
    /// Appends the line with its newline; equal outcomes give equal bytes. What there is not is left out.
    public func append(to out: inout [UInt8]) {
        out.append(ascii: "{\"type\":\"outcome\",\"id\":")
        out.append(jsonString: id.utf8)
        out.append(ascii: ",\"action\":\"\(action.rawValue)\",\"direction\":\"\(direction.rawValue)\"")
        out.append(ascii: ",\"instrument_id\":\(instrumentID),\"underlying_id\":\(underlyingID)")
        out.append(ascii: ",\"kind\":\"\(kind.rawValue)\"")
        if let reason {
            out.append(ascii: ",\"reason\":")
            out.append(jsonString: reason.utf8)
        }
        if let entry { out.append(ascii: ",\"entry_ts\":\(entry.time.nanos),\"entry_price\":\"\(entry.price)\"") }
        if let exit { out.append(ascii: ",\"exit_ts\":\(exit.time.nanos),\"exit_price\":\"\(exit.price)\"") }
        out.append(ascii: ",\"r_micros\":\(rMicros),\"profit_micros\":\(profitMicros)")
        out.append(ascii: ",\"adverse_r_micros\":\(adverseRMicros)")
        out.append(ascii: ",\"target_wrong_side\":\(isTargetWrongSide),\"tainted\":\(isTainted)}\n")
    }

    /// Reads one line without its newline.
    ///
    /// - Parameter unknownFields: counts fields this version does not know.
    /// - Throws: `ContractViolation` for anything that is no outcome.
    public static func read(
        _ line: UnsafeRawBufferPointer, unknownFields: inout Int
    ) throws(ContractViolation) -> OutcomeLine {
        guard line.count < Contract.maxLineBytes else { throw .lineTooLong }
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue.parse(line) } catch { throw .notAnObject(error.description) }
        guard case .object(let fields) = value else { throw .notAnObject("it is another JSON value") }
        guard fields["type"] == .text("outcome") else { throw .notAnObject("its \"type\" is not \"outcome\"") }
        var reader = FieldReader(type: "outcome", fields: fields)
        let outcome = try reader.outcome()
        unknownFields += fields.keys.count { !reader.known.contains($0) }
        return outcome
    }
}

extension FieldReader {
    fileprivate mutating func outcome() throws(ContractViolation) -> OutcomeLine {
        let id = try signalID()
        let kind: OutcomeLine.Kind = try choice("kind")
        let reason = fields["reason"] == nil ? nil : try text("reason")
        let entry = try fill(time: "entry_ts", price: "entry_price")
        let exit = try fill(time: "exit_ts", price: "exit_price")
        if kind == .unresolvable {
            guard reason != nil else { throw .missingField(type: type, field: "reason") }
        } else {
            guard entry != nil else { throw .missingField(type: type, field: "entry_ts") }
            guard exit != nil else { throw .missingField(type: type, field: "exit_ts") }
        }
        return OutcomeLine(
            id: id, action: try choice("action"), direction: try choice("direction"),
            instrumentID: try instrument("instrument_id"), underlyingID: try instrument("underlying_id"), kind: kind,
            reason: reason, entry: entry, exit: exit, rMicros: try integer("r_micros"),
            profitMicros: try integer("profit_micros"), adverseRMicros: try integer("adverse_r_micros"),
            isTargetWrongSide: try flag("target_wrong_side"), isTainted: try flag("tainted"))
    }

    /// Nil when neither field is there; one without the other is an error.
    private mutating func fill(
        time: String, price priceName: String
    ) throws(ContractViolation) -> OutcomeLine.Fill? {
        guard fields[time] != nil || fields[priceName] != nil else { return nil }
        return OutcomeLine.Fill(time: Timestamp(nanos: try count(time)), price: try price(priceName))
    }
}
