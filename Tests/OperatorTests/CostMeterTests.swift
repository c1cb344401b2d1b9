import Feeds
import Foundation
import MarketData
import Monitors
import Testing

@testable import Operator

/// What a feed's bytes cost, with restarts and kills between.
@Suite struct CostMeterTests {
    /// A small load, mark by mark.
    private struct Feed {
        struct Stretch {
            let mark: Mark
            let chunks: [FeedChunk]
        }

        var stretches: [Stretch] = []
        /// By an independent count: records of the plain file, which are all market by order, 56 bytes each.
        let bytes: Int64

        init(_ folder: TemporaryFolder) throws {
            var data = Data()
            try SyntheticLoad(records: 20_000, instruments: 8, seed: 5).write { data.append(contentsOf: $0) }
            try data.write(to: URL(fileURLWithPath: folder.file("load.dbn")))
            let feed = try MergedFeed(
                FeedPlan(
                    files: [folder.file("load.dbn")], calendar: try ExchangeCalendar(named: "24x7"),
                    markIntervalNanos: 60_000_000_000))
            var chunks: [FeedChunk] = []
            while let chunk = try feed.nextChunk() {
                chunks.append(chunk)
                guard let mark = chunk.mark else { continue }
                stretches.append(Stretch(mark: mark, chunks: chunks))
                chunks.removeAll()
            }
            bytes = 20_000 * 56
        }
    }

    private final class Fired {
        var thresholds: [BudgetThreshold] = []
    }

    private let temporary: TemporaryFolder
    private let folder: StateFolder
    private let feed: Feed

    init() throws {
        temporary = try TemporaryFolder()
        folder = StateFolder(path: temporary.file("s"))
        try folder.create()
        _ = try Journal(folder: folder.path)
        feed = try Feed(temporary)
    }

    private func terms(_ price: String, slice: Int64 = 250_000, month: Int64 = 200_000_000) throws -> MonitorTerms {
        var terms = MonitorTerms()
        terms.prices.bySchema = ["mbo": try UnitPrice(price)]
        terms.budget.sliceMicros = slice
        terms.budget.monthMicros = month
        terms.budget.protectionReserveMicros = 0
        return terms
    }

    private func meter(
        _ terms: MonitorTerms, epoch: Int = 1, thresholds: String? = nil, fired: Fired = Fired()
    ) throws -> CostMeter {
        let kept = try thresholds.map { try BudgetThresholds(line: $0) }
        let meter = try CostMeter(
            terms, calendar: ExchangeCalendar(named: "24x7"), folder: folder, epoch: epoch, thresholds: kept,
            stage: { "shadow" }, passed: { threshold, _ in fired.thresholds.append(threshold) })
        return try #require(meter)
    }

    private func ledger(_ terms: MonitorTerms) throws -> BudgetLedger {
        try JournalReader(folder: folder.path).ledger(limits: terms.budget)
    }

    private var month: BudgetPeriod { BudgetPeriod(of: feed.stretches[0].mark.time) }

    @Test(arguments: [("$3.00/GB", 250_000), ("$400/GB", 9_999), ("$0.04/MB", 999_999)])
    func aRunCostsItsBytesToTheMicro(price: String, slice: Int) throws {
        let terms = try terms(price, slice: Int64(slice))
        let meter = try meter(terms)
        for stretch in feed.stretches { try meter.charge(stretch.chunks, mark: stretch.mark) }
        try meter.end()
        let ledger = try ledger(terms)
        #expect(ledger.spentMicros(in: month) == (try UnitPrice(price).amountMicros(feed.bytes)))
        #expect(ledger.openReservations.isEmpty)
    }

    /// Ended as asked, again and again, each time with the stream from its first record.
    @Test func whatWasChargedIsNotChargedAgain() throws {
        let terms = try terms("$400/GB", slice: 10_000)
        for (epoch, share) in [0.2, 0.5, 0.5, 1].enumerated() {
            let meter = try meter(terms, epoch: epoch + 1)
            for stretch in feed.stretches.prefix(Int(Double(feed.stretches.count) * share)) {
                try meter.charge(stretch.chunks, mark: stretch.mark)
            }
            try meter.end()
        }
        #expect(try ledger(terms).spentMicros(in: month) == (try UnitPrice("$400/GB").amountMicros(feed.bytes)))
    }

    /// A killed operator may have read all of what it had reserved: that slice counts in full, and no byte twice.
    @Test func aKilledOperatorsSliceCountsInFull() throws {
        let terms = try terms("$400/GB", slice: 100_000)
        let half = feed.stretches.prefix(feed.stretches.count / 2)
        do {
            let meter = try meter(terms)
            for stretch in half { try meter.charge(stretch.chunks, mark: stretch.mark) }
        }
        let open = try ledger(terms).openReservations.map(\.amountMicros)
        #expect(open.count == 1)
        let next = try meter(terms, epoch: 2)
        let read = half.flatMap(\.chunks).reduce(0) { $0 + $1.sourceBytes.reduce(0) { $0 + $1.bytes } }
        let spent = try #require(try ledger(terms).spentMicros(in: month))
        let actual = try UnitPrice("$400/GB").amountMicros(Int64(read))
        #expect(spent >= actual && spent <= actual + 100_000)
        for stretch in feed.stretches { try next.charge(stretch.chunks, mark: stretch.mark) }
        try next.end()
        #expect(try ledger(terms).spentMicros(in: month) == (try UnitPrice("$400/GB").amountMicros(feed.bytes)))
    }

    /// A hard stop fails closed, before the next slice; what people grant lets the same stream go on.
    @Test func aFullMonthStopsTheFeed() throws {
        let terms = try terms("$400/GB", slice: 10_000, month: 105_000)
        let meter = try meter(terms)
        let stop = #expect(throws: BudgetStop.self) {
            for stretch in feed.stretches { try meter.charge(stretch.chunks, mark: stretch.mark) }
        }
        #expect(stop?.description.contains("month's budget has no room for the next mbo data") == true)
        #expect(try ledger(terms).spentMicros(in: month) == 100_000)
        let store = try LedgerStore(folder: folder, limits: terms.budget)
        try store.change { ledger in
            let row = LedgerRow.setting(
                BudgetSetting(
                    note: LedgerNote(id: "set/1", time: month.start, actor: "ann", reason: "go on"), key: .month,
                    micros: 10_000_000))
            _ = try ledger.add(row)
            return [row]
        }
        let next = try self.meter(terms, epoch: 2)
        for stretch in feed.stretches { try next.charge(stretch.chunks, mark: stretch.mark) }
        try next.end()
        #expect(try ledger(terms).spentMicros(in: month) == (try UnitPrice("$400/GB").amountMicros(feed.bytes)))
    }

    @Test func aThresholdFiresOnceAcrossRestarts() throws {
        let whole = try UnitPrice("$400/GB").amountMicros(feed.bytes)
        let terms = try terms("$400/GB", slice: 10_000, month: whole * 100 / 60)
        let fired = Fired()
        let meter = try meter(terms, fired: fired)
        for stretch in feed.stretches { try meter.charge(stretch.chunks, mark: stretch.mark) }
        #expect(fired.thresholds == [.half])
        let kept = try #require(meter.takeThresholds())
        #expect(meter.takeThresholds() == nil)
        try meter.end()
        let again = Fired()
        let next = try self.meter(terms, epoch: 2, thresholds: kept, fired: again)
        for stretch in feed.stretches { try next.charge(stretch.chunks, mark: stretch.mark) }
        #expect(again.thresholds.isEmpty)
    }

    /// What only the last slice brings is judged too.
    @Test func theEndIsJudged() throws {
        let whole = try UnitPrice("$400/GB").amountMicros(feed.bytes)
        let terms = try terms("$400/GB", slice: whole * 2, month: whole * 100 / 60 + whole * 2)
        let fired = Fired()
        let meter = try meter(terms, fired: fired)
        for stretch in feed.stretches { try meter.charge(stretch.chunks, mark: stretch.mark) }
        let before = fired.thresholds
        let store = try LedgerStore(folder: folder, limits: terms.budget)
        try store.change { ledger in
            let row = LedgerRow.setting(
                BudgetSetting(
                    note: LedgerNote(id: "set/1", time: month.start, actor: "ann", reason: "less"), key: .month,
                    micros: whole * 3 / 2))
            _ = try ledger.add(row)
            return [row]
        }
        try meter.end()
        #expect(!before.contains(.half) && fired.thresholds.contains(.half))
    }

    /// Fees accrue by trading day, once each, and a month of them is the fee.
    @Test func aMonthOfFeesIsTheFee() throws {
        var terms = MonitorTerms()
        terms.budget.fixedMicros = ["vendor": 199_000_000, "colo": 10]
        let calendar = try ExchangeCalendar(named: "cme-globex-equity")
        let days = try calendar.monthSummary(year: 2026, month: 11).sessions
        for epoch in 1...2 {
            let made = try CostMeter(
                terms, calendar: calendar, folder: folder, epoch: epoch, thresholds: nil, stage: { "shadow" },
                passed: { _, _ in })
            let meter = try #require(made)
            for day in days.prefix(epoch == 1 ? 12 : 30) {
                try meter.charge([], mark: Mark(time: Timestamp(seconds: day.close.seconds - 1), closes: day.date))
            }
        }
        let ledger = try ledger(terms)
        let november = try #require(BudgetPeriod("2026-11"))
        #expect(ledger.spentMicros(in: november) == 199_000_010)
        #expect(ledger.entries.count == 2 * days.count)
        #expect(ledger.fixedLeftMicros(in: november, limits: terms.budget) == 0)
    }

    @Test func withoutPricesNothingIsMetered() throws {
        let meter = try CostMeter(
            MonitorTerms(), calendar: ExchangeCalendar(named: "24x7"), folder: folder, epoch: 1, thresholds: nil,
            stage: { "shadow" }, passed: { _, _ in })
        #expect(meter == nil)
    }
}
