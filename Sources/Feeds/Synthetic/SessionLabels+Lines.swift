internal import MarketData

/// Labels as JSON lines: one `session` line, then a `campaign` line for each of its campaigns. The fields stand in one
/// order and no names need escapes, so equal labels are equal bytes.
extension SessionLabels {
    /// Every line ends with a newline.
    public var lines: String {
        let date = session.description
        var text = """
            {"type":"session","session":"\(date)","seed":\(seed),"index":\(index),\
            "campaigns":\(campaigns.count),"parameters":"\(parameters)"}

            """
        for label in campaigns {
            text += """
                {"type":"campaign","session":"\(date)","campaign":\(label.campaign),\
                "underlying_id":\(label.underlyingID.rawValue),"underlying":"\(label.underlying)",\
                "instrument_ids":[\(label.instrumentIDs.map { String($0.rawValue) }.joined(separator: ","))],\
                "symbols":[\(label.symbols.map { "\"\($0)\"" }.joined(separator: ","))],\
                "direction":"\(label.direction.rawValue)","start":\(label.start.nanos),"end":\(label.end.nanos),\
                "contracts":\(label.contracts),"false_start":\(label.isFalseStart),"move_came":\(label.moveCame)}

                """
        }
        return text
    }

    /// What is wrong with a text of labels.
    public struct ReadingError: Error, Hashable, Sendable, CustomStringConvertible {
        /// From 1.
        public let line: Int
        public let expected: String

        public var description: String { "line \(line) of the labels: expected \(expected)" }
    }

    /// Reads what `lines` of any number of sessions gives, and nothing else: fields in that order, without spaces.
    public static func read(_ text: String) throws(ReadingError) -> [SessionLabels] {
        var result: [SessionLabels] = []
        var missing = 0
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() where !(number == lines.count - 1 && line.isEmpty) {
            var scanner = LabelScanner(line)
            do throws(LabelScanner.Mismatch) {
                if missing == 0 {
                    let (labels, campaigns) = try scanner.session()
                    result.append(labels)
                    missing = campaigns
                } else {
                    let last = result.count - 1
                    let count = result[last].campaigns.count
                    result[last].campaigns.append(try scanner.campaign(of: result[last].session, number: count + 1))
                    missing -= 1
                }
            } catch {
                throw ReadingError(line: number + 1, expected: error.expected)
            }
        }
        guard missing == 0 else {
            throw ReadingError(line: lines.count, expected: "\(missing) more campaigns of the last session")
        }
        return result
    }
}

/// Reads one line of labels from the left.
private struct LabelScanner {
    struct Mismatch: Error { let expected: String }

    private var rest: Substring.UTF8View

    init(_ line: Substring) { rest = line.utf8 }

    mutating func session() throws(Mismatch) -> (SessionLabels, campaigns: Int) {
        let date = try date(after: #"{"type":"session","session":""#)
        let seed: UInt64 = try number(after: #"","seed":"#)
        let index: Int = try number(after: #","index":"#)
        let campaigns: Int = try number(after: #","campaigns":"#)
        let parameters = try text(after: #","parameters":""#)
        try literal("\"}")
        try end()
        guard campaigns >= 0, index >= 0 else { throw Mismatch(expected: "counts from 0") }
        let labels = SessionLabels(session: date, seed: seed, index: index, parameters: parameters, campaigns: [])
        return (labels, campaigns)
    }

    mutating func campaign(of session: CivilDate, number expected: Int) throws(Mismatch) -> CampaignLabel {
        let date = try date(after: #"{"type":"campaign","session":""#)
        let campaign: Int = try number(after: #"","campaign":"#)
        guard date == session, campaign == expected else {
            throw Mismatch(expected: "campaign \(expected) of \(session)")
        }
        let underlyingID: UInt32 = try number(after: #","underlying_id":"#)
        let underlying = try text(after: #","underlying":""#)
        try literal(#"","instrument_ids":["#)
        var ids: [InstrumentID] = []
        repeat {
            ids.append(InstrumentID(try number(after: ids.isEmpty ? "" : ",")))
        } while !rest.starts(with: "]".utf8)
        try literal(#"],"symbols":["#)
        var symbols: [String] = []
        repeat {
            symbols.append(try text(after: symbols.isEmpty ? "\"" : ",\""))
            try literal("\"")
        } while !rest.starts(with: "]".utf8)
        guard symbols.count == ids.count else { throw Mismatch(expected: "\(ids.count) symbols") }
        guard let direction = CampaignLabel.Direction(rawValue: try text(after: #"],"direction":""#)) else {
            throw Mismatch(expected: "direction long or short")
        }
        let start: UInt64 = try number(after: #"","start":"#)
        let end: UInt64 = try number(after: #","end":"#)
        guard start < end else { throw Mismatch(expected: "an end after the start") }
        let contracts: Int = try number(after: #","contracts":"#)
        let isFalseStart = try flag(after: #","false_start":"#)
        let moveCame = try flag(after: #","move_came":"#)
        try literal("}")
        try self.end()
        return CampaignLabel(
            campaign: campaign, underlyingID: InstrumentID(underlyingID), underlying: underlying, instrumentIDs: ids,
            symbols: symbols, direction: direction, start: Timestamp(nanos: start), end: Timestamp(nanos: end),
            contracts: contracts, isFalseStart: isFalseStart, moveCame: moveCame)
    }

    private mutating func literal(_ text: String) throws(Mismatch) {
        guard rest.starts(with: text.utf8) else { throw Mismatch(expected: text) }
        rest = rest.dropFirst(text.utf8.count)
    }

    private mutating func end() throws(Mismatch) {
        guard rest.isEmpty else { throw Mismatch(expected: "the end of the line") }
    }

    private mutating func number<Number: FixedWidthInteger>(after text: String) throws(Mismatch) -> Number {
        try literal(text)
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        // Only the shortest form, so that printing gives the same bytes again.
        guard let number = Number(Substring(digits)), String(number).utf8.count == digits.count else {
            throw Mismatch(expected: "a whole number after \(text)")
        }
        rest = rest.dropFirst(digits.count)
        return number
    }

    private mutating func text(after text: String) throws(Mismatch) -> String {
        try literal(text)
        let name = rest.prefix { $0 > 0x1F && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        guard !name.isEmpty else { throw Mismatch(expected: "a name after \(text)") }
        rest = rest.dropFirst(name.count)
        return String(Substring(name))
    }

    private mutating func date(after text: String) throws(Mismatch) -> CivilDate {
        guard let date = CivilDate(try self.text(after: text)) else { throw Mismatch(expected: "a date after \(text)") }
        return date
    }

    private mutating func flag(after text: String) throws(Mismatch) -> Bool {
        try literal(text)
        if rest.starts(with: "true".utf8) {
            try literal("true")
            return true
        }
        try literal("false")
        return false
    }
}
