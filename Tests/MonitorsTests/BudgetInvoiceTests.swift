import MarketData
import Testing

@testable import Monitors

@Suite struct BudgetInvoiceTests {
    private let now = Budget.time("2026-12-02 12:00")
    private let header = "date,provider,category,amount,currency,reference\n"

    private func metered(_ dollars: Double) throws -> BudgetLedger {
        try Budget.ledger([Budget.cost("c", dollars, on: "2026-11-20")])
    }

    private func imported(_ ledger: inout BudgetLedger, _ lines: String) throws -> BudgetLedger.InvoiceAnswer {
        try ledger.importInvoice(
            InvoiceImport.charges(in: header + lines), at: now, actor: "ops", reason: "november.csv")
    }

    @Test func chargesAreReadWithQuotesCreditsAndAnyOrderOfColumns() throws {
        let text =
            "\u{FEFF}Reference, amount,currency,date,provider,category\r\n"
            + "\"INV \"\"7\"\", part 1\",$103.20,USD,2026-11-30,databento,data\r\n\r\n"
            + "CN-1,-2.5,USD,2026-11-30,databento,data"
        let charges = try InvoiceImport.charges(in: text)
        #expect(charges.map(\.reference) == ["INV \"7\", part 1", "CN-1"])
        #expect(charges.map(\.amountMicros) == [103_200_000, -2_500_000])
        #expect(charges.map(\.line) == [2, 4])
    }

    @Test func allProblemsAreNamedWithTheirLines() throws {
        let lines = """
            2026-11-30,databento,data,10,EUR,A
            2026-11-31,databento,data,10,USD,B
            2026-11-30,data bento,dat,1O,USD,C
            2026-11-30,databento,data,10,USD
            2026-11-30,databento,data,10,USD,D
            2026-11-30,databento,data,10,USD,x"y
            """
        let error = #expect(throws: InvoiceImport.Problems.self) { try InvoiceImport.charges(in: header + lines) }
        let problems = try #require(error).problems
        #expect(problems.map(\.line) == [2, 3, 4, 4, 4, 5, 7])
        #expect(problems[0].text == "currency is \"EUR\"; expected USD, the only currency known")
        #expect(problems[1].text.hasPrefix("date is \"2026-11-31\"; expected a day"))
        #expect(problems[5].text == "5 fields; expected 6")
        #expect(error?.description.hasPrefix("line 2: currency is") == true)
    }

    @Test(arguments: [
        "", "date,provider,category,amount,currency\n1,2,3,4,5\n", "2026-11-30,databento,data,10,USD,A\n",
        "date,provider,category,amount,currency,reference\n",
        "date,provider,category,amount,currency,reference\n2026-11-30,databento,data,10,USD,\"A\n",
        "date,provider,category,amount,currency,reference\n2026-11-30,databento,data,10000000000000,USD,A\n",
    ])
    func fileWithoutHeaderChargesOrEndIsRefused(text: String) {
        #expect(throws: InvoiceImport.Problems.self) { try InvoiceImport.charges(in: text) }
    }

    /// Of $100 metered: 2 % are no drift, more than 2 a warning, more than 5 critical.
    @Test(arguments: [
        (102.0, InvoiceDrift.Level.none), (102.000001, .warning), (98, .none), (97.99, .warning), (105, .warning),
        (105.000001, .critical), (94.99, .critical),
    ])
    func driftIsJudgedAgainstWhatWasMetered(invoiced: Double, level: InvoiceDrift.Level) throws {
        var ledger = try metered(100)
        let answer = try imported(&ledger, "2026-11-30,databento,data,\(invoiced),USD,A\n")
        #expect(answer.drifts.map(\.level) == [level])
        #expect(answer.drifts.map(\.meteredMicros) == [100_000_000])
    }

    @Test func invoiceIsNoCost() throws {
        var ledger = try metered(100)
        _ = try imported(&ledger, "2026-11-30,databento,data,150,USD,A\n")
        #expect(ledger.spentMicros(in: BudgetPeriod(of: Budget.date("2026-11-20"))) == 100_000_000)
    }

    @Test func invoiceForWhatWasNeverMeteredIsCritical() throws {
        var ledger = try metered(100)
        let answer = try imported(&ledger, "2026-11-30,twilio,alerts,0.01,USD,A\n")
        #expect(answer.drifts.map(\.level) == [.critical])
        #expect(answer.drifts.first?.ratio == nil)
    }

    @Test func sameInvoiceTwiceChangesNothing() throws {
        var ledger = try metered(100)
        let lines = "2026-11-30,databento,data,60,USD,A\n2026-11-30,databento,data,60,USD,A\n"
        #expect(try imported(&ledger, lines).added.count == 2)
        let rows = ledger.rows
        let again = try imported(&ledger, lines)
        #expect(again.added.isEmpty && again.duplicates == 2)
        #expect(ledger.rows == rows)
        #expect(again.drifts.first?.invoicedMicros == 120_000_000)
    }

    /// Another text under a known number, a day to come: neither is taken, nor the good line beside them.
    @Test func nothingIsHalfApplied() throws {
        var ledger = try metered(100)
        _ = try imported(&ledger, "2026-11-30,databento,data,60,USD,A\n")
        let rows = ledger.rows
        for bad in [
            "2026-11-30,databento,data,61,USD,A\n", "2026-12-03,databento,data,1,USD,C\n",
            "2026-11-30,databento,data,60,USD,A\n2026-11-30,databento,data,60,USD,A\n",
        ] {
            let error = #expect(throws: InvoiceImport.Problems.self) {
                _ = try imported(&ledger, "2026-11-30,databento,data,5,USD,B\n" + bad)
            }
            #expect(error?.problems.map(\.line) == [3])
            #expect(ledger.rows == rows)
        }
    }

    /// 108 invoiced for 100 metered: an estimate of $1 is $1.08, and never less than itself.
    @Test func laterEstimatesTakeTheFactor() throws {
        var ledger = try metered(100)
        #expect(try ledger.corrected(estimateMicros: 1_000_000, provider: "databento") == 1_000_000)
        _ = try imported(&ledger, "2026-11-30,databento,data,110,USD,A\n2026-11-30,databento,data,-2,USD,B\n")
        #expect(try ledger.corrected(estimateMicros: 1_000_000, provider: "databento") == 1_080_000)
        #expect(try ledger.corrected(estimateMicros: 1, provider: "databento") == 2)
        #expect(try ledger.corrected(estimateMicros: 1_000_000, provider: "twilio") == 1_000_000)
        _ = try imported(&ledger, "2026-11-30,databento,data,-20,USD,C\n")
        #expect(try ledger.corrected(estimateMicros: 1_000_000, provider: "databento") == 1_000_000)
        #expect(throws: BudgetError.self) {
            var ledger = try metered(100)
            _ = try imported(&ledger, "2026-11-30,databento,data,200,USD,A\n")
            _ = try ledger.corrected(estimateMicros: .max, provider: "databento")
        }
    }
}
