import Feeds
import MarketData
import Testing

private func market(_ seed: UInt64, index: Int = 0, scale: Double = 1) throws -> SyntheticMarket {
    let date = try #require(CivilDate("2026-11-02")).adding(days: index)
    let open = Timestamp(seconds: Int64(date.daysSince1970) * 86_400 - 3600)
    return SyntheticMarket(
        seed: seed,
        session: SyntheticSession(
            index: index, tradeDate: date, open: open, close: open.advanced(bySeconds: 82_800)),
        scale: scale)
}

@Suite struct SessionLabelsTests {
    /// Two campaigns and an empty session, written by hand.
    private static let text = """
        {"type":"session","session":"2026-11-02","seed":18446744073709551615,"index":0,"campaigns":1,"parameters":"ab12"}
        {"type":"campaign","session":"2026-11-02","campaign":1,"underlying_id":42010400,"underlying":"NQZ6",\
        "instrument_ids":[42010400,42010401],"symbols":["NQZ6","NQZ6 C25000"],"direction":"short","start":5,"end":9,\
        "contracts":1200,"false_start":false,"move_came":true}
        {"type":"session","session":"2026-11-03","seed":11,"index":1,"campaigns":0,"parameters":"ab12"}

        """

    @Test func linesAreAsWrittenByHand() throws {
        let labels = try SessionLabels.read(Self.text)
        #expect(labels.count == 2)
        #expect(labels[0].seed == .max && labels[1].index == 1 && labels[1].campaigns.isEmpty)
        let campaign = try #require(labels[0].campaigns.first)
        #expect(campaign.direction == .short && campaign.symbols == ["NQZ6", "NQZ6 C25000"])
        #expect(campaign.start.nanos == 5 && campaign.end.nanos == 9 && campaign.contracts == 1_200)
        #expect(!campaign.isFalseStart && campaign.moveCame)
        #expect(labels.map(\.lines).joined() == Self.text)
    }

    @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
    func whatIsPrintedIsRead(seed: UInt64) throws {
        let labels = try market(seed).labels
        #expect(try SessionLabels.read(labels.lines) == [labels])
        #expect(labels.parameters == MarketParameters.standard.hash)
    }

    @Test func everyDamageIsRefused() throws {
        let bytes = Array(Self.text.utf8)
        for place in bytes.indices where bytes[place] != UInt8(ascii: "\n") {
            var damaged = bytes
            damaged[place] = UInt8(ascii: "~")
            let text = String(decoding: damaged, as: UTF8.self)
            // Inside names any printable character is right.
            if let read = try? SessionLabels.read(text) { #expect(read.map(\.lines).joined() == text) }
        }
        for length in 1..<bytes.count - 1 where bytes[length] != UInt8(ascii: "\n") {
            let text = String(decoding: bytes[..<length], as: UTF8.self)
            let isWhole = length > 1 && bytes[length - 1] == UInt8(ascii: "\n")
            if !isWhole { #expect(throws: SessionLabels.ReadingError.self) { try SessionLabels.read(text) } }
        }
        #expect {
            try SessionLabels.read(String(Self.text.prefix { $0 != "\n" }) + "\n")
        } throws: {
            "\($0)" == "line 2 of the labels: expected 1 more campaigns of the last session"
        }
        for (from, to) in [
            ("\"campaign\":1", "\"campaign\":2"), ("\"campaign\":1", "\"campaign\":01"), ("short", "down"),
            ("\"end\":9", "\"end\":4"), (",42010401", ""), ("\"index\":0", "\"index\":-1"), ("true}", "true} "),
        ] {
            let text = Self.text.replacing(from, with: to)
            #expect(throws: SessionLabels.ReadingError.self, "\(to)") { try SessionLabels.read(text) }
        }
    }

    /// Instruments are listed in the session, at several neighbouring strikes of one underlying.
    @Test func campaignsNameListedInstruments() throws {
        let market = try market(3)
        var decoder = RecordDecoder()
        SyntheticMarket(seed: 3, session: market.session, scale: 0).write { decoder.append($0) }
        var symbols: [UInt32: String] = [:]
        while let run = try decoder.nextRun() {
            for record in run {
                if let definition = record.asDefinition {
                    symbols[record.instrumentID.rawValue] = definition.rawSymbol
                }
            }
        }
        let labels = market.labels
        #expect(labels.campaigns.count >= 6)
        for label in labels.campaigns {
            #expect(label.instrumentIDs.map { symbols[$0.rawValue] } == label.symbols.map { $0 })
            #expect(symbols[label.underlyingID.rawValue] == label.underlying)
            #expect(label.symbols.allSatisfy { $0.hasPrefix(label.underlying) })
            let strikes = Set(label.symbols.compactMap { Int($0.dropFirst(6)) })
            #expect((3...5).contains(strikes.count), "\(label.symbols)")
            // Strikes are 25 points apart, 50 in the third contract.
            if let low = strikes.min(), let high = strikes.max() { #expect(high - low <= 200) }
            let seconds = (label.end.nanos - label.start.nanos) / 1_000_000_000
            #expect((120...900).contains(seconds))
        }
    }

    /// At another scale the same campaigns, only larger or smaller.
    @Test func scaleChangesOnlyContracts() throws {
        let whole = try market(3).labels.campaigns
        let half = try market(3, scale: 0.5).labels.campaigns
        #expect(whole.map(\.start) == half.map(\.start) && whole.map(\.symbols) == half.map(\.symbols))
        for (one, other) in zip(whole, half) { #expect((one.contracts - 2 * other.contracts).magnitude <= 20) }
    }

    /// A session cut short names no campaign whose move it does not hold.
    @Test func aShortSessionNamesOnlyWhatFits() throws {
        let market = try market(3)
        let close = market.session.open.advanced(bySeconds: 40_000)
        let session = SyntheticSession(tradeDate: market.session.tradeDate, open: market.session.open, close: close)
        let short = SyntheticMarket(seed: 3, session: session).labels.campaigns
        let whole = market.labels.campaigns
        #expect(short.count < whole.count && short == Array(whole.prefix(short.count)))
        #expect(short.allSatisfy { $0.end < close })
    }
}
