import MarketData
import Rollout
import Signals
import Testing

@Suite struct JudgeLabelTests {
    private static let session =
        #"{"type":"session","session":"2026-11-02","seed":18446744073709551615,"index":0,"campaigns":1,"parameters":"f00d"}"#
    private static let line =
        #"{"type":"campaign","session":"2026-11-02","campaign":1,"underlying_id":42000037,"underlying":"NQZ6","#
        + #""instrument_ids":[5,4294967295],"symbols":["a","b"],"direction":"short","start":1793577600000000000,"#
        + #""end":1793577900000000001,"contracts":240,"false_start":false,"move_came":true}"#

    private func read(_ lines: String...) throws(LabelError) -> JudgeLabels {
        try JudgeLabels.read(Array(lines.joined(separator: "\n").utf8))
    }

    private func problem(_ lines: String...) -> String {
        do throws(LabelError) {
            _ = try JudgeLabels.read(Array(lines.joined(separator: "\n").utf8))
            return "none"
        } catch {
            return error.description
        }
    }

    private func changed(_ old: String, _ new: String) -> String {
        Self.line.replacing(old, with: new, maxReplacements: 1)
    }

    @Test func everyFieldIsRead() throws {
        let labels = try read(Self.session, Self.line, "")
        let expected = JudgedCampaign(
            session: judgedDay(0), number: 1, instruments: [InstrumentID(5), InstrumentID(.max)],
            underlying: InstrumentID(42_000_037), underlyingSymbol: "NQZ6", direction: .short,
            start: Timestamp(nanos: 1_793_577_600_000_000_000), end: Timestamp(nanos: 1_793_577_900_000_000_001),
            contracts: 240, isFalseStart: false, moveCame: true)
        #expect(labels.campaigns == [expected])
        #expect(labels.sessions == [judgedDay(0)] && labels.parameters == "f00d")
    }

    @Test func sessionsWithoutCampaignsAreSessions() throws {
        let labels = try read(
            #"{"type":"session","session":"2026-11-04","campaigns":0,"parameters":"f00d"}"#,
            #"{"type":"session","session":"2026-11-03","campaigns":0,"parameters":"f00d"}"#)
        #expect(labels.sessions == [judgedDay(1), judgedDay(2)] && labels.campaigns.isEmpty)
    }

    @Test func whatLaterVersionsAddIsIgnored() throws {
        let labels = try read(
            #"{"type":"weather","rain":true}"#, Self.session, changed(#""contracts""#, #""mood":"calm","contracts""#))
        #expect(labels.campaigns.count == 1 && labels.unknownLines == 1)
    }

    @Test func problemsNameLineAndField() {
        #expect(problem(Self.session, "", "{").hasPrefix("line 3: no JSON object"))
        #expect(problem(#"{"session":"2026-11-02"}"#).hasPrefix("line 1: no JSON object with a text \"type\""))
        #expect(problem(Self.line) == "line 1: a campaign of 2026-11-02 before that session's own line")
        #expect(problem(Self.session, Self.session) == "line 2: session 2026-11-02 for the second time")
        #expect(
            problem(Self.session, Self.line, Self.line) == "line 3: campaign 1 of 2026-11-02 for the second time")
        #expect(problem(Self.session) == "line 1: session 2026-11-02 announces 1 campaigns, the file has 0")
        #expect(
            problem(Self.session, #"{"type":"session","session":"2026-11-03","campaigns":0,"parameters":"beef"}"#)
                == "line 2: parameters beef, but earlier sessions were made with f00d")
    }

    @Test(arguments: [
        (#""direction":"short""#, #""direction":"down""#, "\"direction\" must be \"long\" or \"short\""),
        (#""direction":"short","#, "", "\"direction\" is missing"),
        (#""end":1793577900000000001"#, #""end":1"#, "\"end\" must be no earlier than \"start\""),
        (#""start":1793577600000000000"#, #""start":-1"#, "\"start\" must be nanoseconds since 1970"),
        (#""campaign":1"#, #""campaign":1.5"#, "\"campaign\" must be an integer from 0"),
        (#"4294967295"#, "4294967296", "\"instrument_ids\" must be an instrument id from 0 to 4294967295"),
        (#""session":"2026-11-02""#, #""session":"2026-02-30""#, "\"session\" must be a date such as 2026-11-20"),
        (#""move_came":true"#, #""move_came":1"#, "\"move_came\" must be true or false"),
    ])
    func badFieldsAreRefused(old: String, new: String, expected: String) {
        #expect(problem(Self.session, changed(old, new)) == "line 2: " + expected)
    }

    /// Any damage is an error with a line or labels, never a trap.
    @Test func damagedBytesAreRefusedOrRead() {
        var random = RolloutRandom(seed: 21)
        let whole = Array((Self.session + "\n" + Self.line + "\n").utf8)
        for _ in 0..<3_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if random.chance(30) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            do throws(LabelError) {
                #expect(try JudgeLabels.read(bytes).sessions.count <= 1)
            } catch {
                #expect((1...bytes.count + 1).contains(error.line))
            }
        }
    }
}
