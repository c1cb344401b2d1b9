import MarketData
import Testing

@testable import Monitors

@Suite struct BudgetLineTests {
    private static let entry = LedgerEntry(
        id: "r7", time: Budget.time("2026-11-20 15:00"), tradingDate: Budget.date("2026-11-20"),
        labels: Budget.labels(source: "a \"b\" \\ é"), quantity: 625_000_000, unit: .bytes,
        unitPrice: UnitPrice(numeratorMicros: 1, denominator: 2500, unit: .bytes), amountMicros: 250_000,
        state: .reserved, recordedAt: Budget.time("2026-11-20 15:01"), actor: "feed")

    private static let rows: [LedgerRow] = [
        .cost(entry),
        .setting(
            BudgetSetting(note: Budget.note("s", at: "2026-11-20 15:00"), key: .fixed("databento"), micros: 199_000_000)
        ),
        .override(
            BudgetOverride(
                note: Budget.note("o", at: "2026-11-20 15:00"), scope: .month, grant: .limit, micros: 1,
                expires: Budget.time("2026-11-21 15:00"))),
        .approval(BudgetApproval(note: Budget.note("y", at: "2026-11-20 15:00"), request: "b", micros: 12_000_000)),
        .invoice(
            InvoiceLine(
                note: Budget.note("i", at: "2026-11-20 15:00"), date: Budget.date("2026-11-19"), provider: "databento",
                category: .data, amountMicros: -5, reference: "INV-1")),
    ]

    @Test func costLineIsThisAndNothingElse() {
        let line =
            #"{"v":1,"row":"cost","id":"r7","reservation":null,"corrects":null,"time":1795186800000000000,"#
            + #""period":"2026-11","trading_date":"2026-11-20","arm":"shared","stage":"shadow","provider":"databento","#
            + #""category":"data","purpose":"ordinary","source":"a \"b\" \\ é","quantity":625000000,"unit":"bytes","#
            + #""unit_price":"1/2500","amount_micros":250000,"state":"reserved","recorded_at":1795186860000000000,"#
            + #""actor":"feed"}"#
        #expect(LedgerRow.cost(Self.entry).line == line)
    }

    @Test(arguments: rows) func rowReadsAsWritten(row: LedgerRow) throws {
        #expect(try LedgerRow(line: row.line) == row)
    }

    /// Any single byte left out, doubled or changed is refused, or gives a row whose line is that very text.
    @Test(arguments: rows) func everyOtherSpellingIsRefused(row: LedgerRow) {
        let bytes = Array(row.line.utf8)
        for index in bytes.indices {
            var variants = [bytes, bytes, bytes, bytes]
            variants[0].remove(at: index)
            variants[1].insert(bytes[index], at: index)
            variants[2][index] ^= 1
            variants[3].insert(UInt8(ascii: " "), at: index)
            for variant in variants {
                let text = String(decoding: variant, as: UTF8.self)
                guard let read = try? LedgerRow(line: text) else { continue }
                #expect(Array(read.line.utf8) == Array(text.utf8))
            }
        }
        for length in bytes.indices {
            #expect(throws: BudgetError.self) { try LedgerRow(line: String(decoding: bytes[..<length], as: UTF8.self)) }
        }
    }

    @Test func errorSaysWhereAndWhat() {
        let line = LedgerRow.cost(Self.entry).line.replacing("\"period\":\"2026-11\"", with: "\"period\":\"2026-12\"")
        let error = #expect(throws: BudgetError.self) { try LedgerRow(line: line) }
        #expect(error?.description == "column 111: expected period 2026-11, the month of the row's time")
        let newer = #expect(throws: BudgetError.self) { try LedgerRow(line: #"{"v":2,"row":"cost"}"#) }
        #expect(newer?.description == "column 7: expected version 1 of the row")
    }

    @Test func replayedLinesGiveTheSameLedger() throws {
        var ledger = try Budget.ledger(Self.rows)
        _ = try ledger.commit("r7", quantity: 5, actualMicros: 9, at: Budget.time("2026-11-20 16:00"), actor: "feed")
        let again = try Budget.ledger(ledger.rows.map { try LedgerRow(line: $0.line) })
        #expect(again.rows == ledger.rows)
        let at = Budget.time("2026-11-20 16:00")
        #expect(again.limits(at: at) == ledger.limits(at: at))
        let period = BudgetPeriod(of: at)
        #expect(again.spentMicros(in: period) == 9 && again.reservedMicros(in: period) == 0)
    }

    @Test(arguments: ["", "é", "a\nb", String(repeating: "a", count: 129)])
    func idsAreShortPrintableASCII(id: String) {
        var entry = Self.entry
        entry.id = id
        #expect(throws: BudgetError.self) { try BudgetLineTests.add(.cost(entry)) }
    }

    @Test func rowsByPeopleNeedAReasonAndAFutureExpiry() {
        let at = "2026-11-20 15:00"
        let setting = BudgetSetting(note: Budget.note("s", at: at, reason: ""), key: .day, micros: 1)
        #expect(throws: BudgetError.self) { try BudgetLineTests.add(.setting(setting)) }
        let over = BudgetOverride(
            note: Budget.note("o", at: at), scope: .day, grant: .extra, micros: 1, expires: Budget.time(at))
        #expect(throws: BudgetError.self) { try BudgetLineTests.add(.override(over)) }
        let negative = BudgetSetting(note: Budget.note("s", at: at), key: .day, micros: -1)
        #expect(throws: BudgetError.self) { try BudgetLineTests.add(.setting(negative)) }
    }

    @Test func everyLimitHasItsName() {
        for name in BudgetLimits.Key.names.dropLast() { #expect(BudgetLimits.Key(name)?.text == name) }
        #expect(BudgetLimits.Key("fixed:databento") == .fixed("databento"))
        #expect(BudgetLimits.Key("montth") == nil)
    }

    private static func add(_ row: LedgerRow) throws {
        var ledger = try BudgetLedger()
        _ = try ledger.add(row)
    }
}
