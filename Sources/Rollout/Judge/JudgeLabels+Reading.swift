internal import MarketData
internal import Signals

extension JudgeLabels {
    /// Reads JSON lines: one `session` line for every session, each before the `campaign` lines of that session.
    ///
    /// Unknown names are ignored, unknown types ignored and counted, empty lines skipped.
    ///
    /// - Throws: the first problem.
    public static func read(_ bytes: [UInt8]) throws(LabelError) -> JudgeLabels {
        var reader = LabelReader()
        var line = 0
        for text in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            line += 1
            if text.allSatisfy({ $0 == 32 || $0 == 13 || $0 == 9 }) { continue }
            do throws(LabelError.Problem) {
                try reader.take(Array(text), line: line)
            } catch {
                throw LabelError(line: line, problem: error)
            }
        }
        return try reader.labels()
    }
}

private struct LabelReader {
    private struct Announced {
        let line: Int
        let campaigns: Int64
        var numbers: Set<Int> = []
    }

    private var announced: [CivilDate: Announced] = [:]
    private var campaigns: [JudgedCampaign] = []
    private var parameters: String?
    private var unknownLines = 0

    mutating func take(_ bytes: [UInt8], line: Int) throws(LabelError.Problem) {
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue.parse(bytes) } catch { throw .notAnObject(error.description) }
        guard case .object(let object) = value else { throw .notAnObject("it is another JSON value") }
        guard case .text(let type)? = object["type"] else { throw .notAnObject("there is no text \"type\"") }
        let fields = LabelFields(object)
        switch type {
        case "session": try takeSession(fields, line: line)
        case "campaign": try takeCampaign(fields)
        default: unknownLines += 1
        }
    }

    func labels() throws(LabelError) -> JudgeLabels {
        for (date, session) in announced.sorted(by: { $0.value.line < $1.value.line }) {
            let found = Int64(session.numbers.count)
            guard found == session.campaigns else {
                throw LabelError(
                    line: session.line,
                    problem: .campaignCount(session: date.description, announced: session.campaigns, found: found))
            }
        }
        return JudgeLabels(
            sessions: Array(announced.keys), campaigns: campaigns, parameters: parameters, unknownLines: unknownLines)
    }

    private mutating func takeSession(_ fields: LabelFields, line: Int) throws(LabelError.Problem) {
        let date = try fields.date("session")
        let count = try fields.count("campaigns")
        let hash = try fields.text("parameters")
        guard announced[date] == nil else { throw .repeated("session \(date)") }
        if let parameters, parameters != hash { throw .mixedParameters(parameters, hash) }
        parameters = hash
        announced[date] = Announced(line: line, campaigns: count)
    }

    private mutating func takeCampaign(_ fields: LabelFields) throws(LabelError.Problem) {
        let date = try fields.date("session")
        let number = Int(try fields.count("campaign"))
        let start = try fields.time("start")
        let end = try fields.time("end")
        guard start <= end else { throw .bad("end", expected: "no earlier than \"start\"") }
        let campaign = JudgedCampaign(
            session: date, number: number, instruments: try fields.instruments("instrument_ids"),
            underlying: try fields.instrument("underlying_id"), underlyingSymbol: try fields.text("underlying"),
            direction: try fields.direction("direction"), start: start, end: end,
            contracts: try fields.count("contracts"), isFalseStart: try fields.flag("false_start"),
            moveCame: try fields.flag("move_came"))
        guard announced[date] != nil else { throw .unknownSession(date.description) }
        guard announced[date]?.numbers.insert(number).inserted == true else {
            throw .repeated("campaign \(number) of \(date)")
        }
        campaigns.append(campaign)
    }
}

private struct LabelFields {
    private let fields: [String: JSONValue]

    init(_ fields: [String: JSONValue]) { self.fields = fields }

    private func value(_ name: String) throws(LabelError.Problem) -> JSONValue {
        guard let value = fields[name] else { throw .missing(name) }
        return value
    }

    func text(_ name: String) throws(LabelError.Problem) -> String {
        guard case .text(let text) = try value(name) else { throw .bad(name, expected: "text") }
        return text
    }

    func flag(_ name: String) throws(LabelError.Problem) -> Bool {
        guard case .flag(let flag) = try value(name) else { throw .bad(name, expected: "true or false") }
        return flag
    }

    func count(_ name: String) throws(LabelError.Problem) -> Int64 {
        guard case .integer(let number) = try value(name), number >= 0 else {
            throw .bad(name, expected: "an integer from 0")
        }
        return number
    }

    func date(_ name: String) throws(LabelError.Problem) -> CivilDate {
        guard let date = CivilDate(try text(name)) else { throw .bad(name, expected: "a date such as 2026-11-20") }
        return date
    }

    func time(_ name: String) throws(LabelError.Problem) -> Timestamp {
        guard case .integer(let nanos) = try value(name), nanos >= 0 else {
            throw .bad(name, expected: "nanoseconds since 1970")
        }
        return Timestamp(nanos: UInt64(nanos))
    }

    func direction(_ name: String) throws(LabelError.Problem) -> Signal.Direction {
        guard let direction = Signal.Direction(rawValue: try text(name)) else {
            throw .bad(name, expected: "\"long\" or \"short\"")
        }
        return direction
    }

    func instrument(_ name: String) throws(LabelError.Problem) -> InstrumentID {
        try Self.instrument(try value(name), name)
    }

    func instruments(_ name: String) throws(LabelError.Problem) -> [InstrumentID] {
        guard case .list(let values) = try value(name) else { throw .bad(name, expected: "a list of instrument ids") }
        var ids: [InstrumentID] = []
        for value in values { ids.append(try Self.instrument(value, name)) }
        return ids
    }

    private static func instrument(_ value: JSONValue, _ name: String) throws(LabelError.Problem) -> InstrumentID {
        guard case .integer(let number) = value, let id = UInt32(exactly: number) else {
            throw .bad(name, expected: "an instrument id from 0 to \(UInt32.max)")
        }
        return InstrumentID(id)
    }
}
