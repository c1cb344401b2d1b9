import Foundation
import MarketData
import Rollout
import Signals
import Testing

@testable import Operator

extension JournalFixture {
    /// Long NQ from 25,000 to the target 25,010, stop 24,990, farthest against it 4 points, by hand: a point is $20 and a tick of
    /// 0.25 $5, so $200 less two fills of $0.85 and $5 each over a risk of $200 is 0.9415 R.
    func outcome(of signal: Signal, _ arm: Arm, known: UInt64, order: UInt64 = 0) -> Outcome {
        Outcome(
            arm: arm, id: signal.id, action: signal.action, direction: signal.direction,
            instrumentID: signal.instrumentID, underlyingID: signal.underlyingID, causeIndex: signal.cause,
            order: order, knownIndex: known, kind: .target, flags: .halt,
            entry: Outcome.Fill(index: signal.cause + 1, time: Self.start, price: Price(nanos: 25_000_000_000_000)),
            exit: Outcome.Fill(index: known, time: Self.start + 1, price: Price(nanos: 25_010_000_000_000)),
            stop: Price(nanos: 24_990_000_000_000), tickNanos: 250_000_000, multiplierNanos: 20_000_000_000,
            adverseNanos: 4_000_000_000, riskMicros: 200_000_000, profitMicros: 188_300_000, rMicros: 941_500,
            adverseRMicros: 400_000)
    }

    func unresolved(_ signal: Signal, _ arm: Arm, known: UInt64, _ reason: Outcome.Reason) -> Outcome {
        Outcome(
            arm: arm, id: signal.id, action: signal.action, direction: signal.direction,
            instrumentID: signal.instrumentID, underlyingID: signal.underlyingID, causeIndex: signal.cause, order: 0,
            knownIndex: known, kind: .unresolvable(reason), flags: [], tickNanos: 0, multiplierNanos: 0,
            adverseNanos: 0, riskMicros: 0, profitMicros: 0, rMicros: 0, adverseRMicros: 0)
    }

    /// Four signals of each arm at feed indices 0 to 3, and all outcomes but that of the baseline's first.
    var settled: [Event] {
        var events: [Event] = []
        for number in 0..<4 {
            for arm in Arm.allCases {
                events.append(
                    Event(index: UInt64(number), payload: .signal(arm, signal(number), isLate: number == 3)))
            }
        }
        for number in 0..<3 {
            for arm in Arm.allCases where arm == .candidate || number > 0 {
                let known = UInt64(10 + number)
                events.append(
                    Event(index: known, payload: .outcome(outcome(of: signal(number), arm, known: known))))
            }
        }
        return events
    }

    /// Changes bodies and makes the chain anew, as somebody would who knows how it is made.
    func forge(_ change: (inout JournalRow) -> Void) throws {
        var chain = [UInt8](repeating: 0, count: 32)
        var script = ""
        try JournalReader(folder: folder).scan { original in
            var row = original
            change(&row)
            chain = row.chain(after: chain)
            let body = row.body.replacingOccurrences(of: "'", with: "''")
            script += "UPDATE journal SET body = '\(body)', chain = x'\(SHA256.hex(chain))' WHERE n = \(row.n);"
        }
        try tamper(script + "UPDATE head SET chain = x'\(SHA256.hex(chain))';")
    }
}

@Suite struct OutcomeRowTests {
    private static let kinds: [Outcome.Kind] =
        [.target, .stop, .horizon, .sessionClose, .expiry] + Outcome.Reason.allCases.map { .unresolvable($0) }

    /// Every kind, direction and arm, with figures as far out as they go.
    @Test(arguments: kinds) func everyOutcomeComesBackFromItsRow(kind: Outcome.Kind) throws {
        let fixture = try JournalFixture()
        for arm in Arm.allCases {
            for direction in [Signal.Direction.long, .short] {
                for flags in [0, .max] as [UInt16] {
                    var outcome =
                        kind.reason.map { fixture.unresolved(fixture.signal(3), arm, known: 99, $0) }
                        ?? fixture.outcome(of: fixture.signal(3), arm, known: 99)
                    outcome.kind = kind
                    outcome.direction = direction
                    outcome.action = direction == .long ? .strongBuy : .strongSell
                    outcome.flags = Outcome.Flags(rawValue: flags)
                    outcome.order = .max
                    outcome.rMicros = .min
                    outcome.profitMicros = .max
                    let event = Event(index: 99, payload: .outcome(outcome))
                    let rows = EventCodec.rows(
                        for: event, effect: nil, router: Router(plan: fixture.plan), ord: 7, at: 1, seq: nil)
                    let row = try #require(rows.first)
                    #expect(rows.count == 1 && row.kind == .outcome && row.kind.isInSequence)
                    #expect(row.arm == arm.rawValue && row.id == outcome.id && row.feedIndex == 99)
                    #expect(row.decision == kind.name && row.reason == kind.reason?.rawValue)
                    #expect(try EventCodec.event(from: row) == event)
                }
            }
        }
    }

    @Test func aRowThatIsNoOutcomeIsDamage() throws {
        let fixture = try JournalFixture()
        let event = Event(index: 9, payload: .outcome(fixture.outcome(of: fixture.signal(1), .candidate, known: 9)))
        let rows = EventCodec.rows(
            for: event, effect: nil, router: Router(plan: fixture.plan), ord: 1, at: 1, seq: nil)
        let changes: [(inout JournalRow) -> Void] = [
            { $0.decision = "won" }, { $0.decision = "unresolvable" }, { $0.reason = "late" }, { $0.arm = nil },
            { $0.id = nil }, { $0.underlyingID = nil }, { $0.body = "{}" },
            { $0.body = $0.body.replacingOccurrences(of: "\"long\"", with: "\"up\"") },
        ]
        for change in changes {
            var row = try #require(rows.first)
            change(&row)
            #expect(throws: JournalError.self) { _ = try EventCodec.event(from: row) }
        }
    }

    @Test func outcomesVerifyByHandCalculatedFigures() throws {
        let fixture = try JournalFixture()
        try fixture.write(fixture.settled)
        let report = try Verifier.verify(folder: fixture.folder)
        #expect(report.problem == nil)
        #expect(report.outcomes == 5)
        #expect(report.outcomesRemade == nil)
    }

    /// The chain is right; the figures are not those of the fills.
    @Test(arguments: [
        ("\"rMicros\":941500", "\"rMicros\":941501", "R in millionths: journaled 941501, recomputed 941500"),
        ("\"profitMicros\":188300000", "\"profitMicros\":188300001", "profit"),
        ("\"riskMicros\":200000000", "\"riskMicros\":100000000", "risk"),
        ("\"adverseRMicros\":400000", "\"adverseRMicros\":0", "adverse R"),
        ("\"price\":25010000000000", "\"price\":25011000000000", "profit"), ("\"flags\":8", "\"flags\":136", "flags"),
        ("\"multiplier\":20000000000", "\"multiplier\":2000000000", "risk"),
        ("\"direction\":\"long\"", "\"direction\":\"short\"", "profit"),
        ("\"action\":\"BUY\"", "\"action\":\"MONITOR\"", "another signal"), ("\"cause\":1", "\"cause\":2", "another"),
    ])
    func aForgedOutcomeIsNamed(old: String, new: String, said: String) throws {
        let fixture = try JournalFixture()
        try fixture.write(fixture.settled)
        var forged: Int64?
        try fixture.forge { row in
            guard forged == nil, row.kind == .outcome, row.body.contains(old), row.id == "s-1" else { return }
            row.body = row.body.replacingOccurrences(of: old, with: new)
            forged = row.n
        }
        let report = try Verifier.verify(folder: fixture.folder)
        #expect(forged != nil && report.row == forged)
        #expect(report.problem?.contains(said) == true, "\(report.problem ?? "no problem")")
    }

    /// An outcome of what nobody said, of the other arm's signal, of one that came too late, and a second one.
    @Test(arguments: ["unknown", "other arm", "late", "second"]) func anOutcomeNeedsItsSignal(case what: String) throws
    {
        let fixture = try JournalFixture()
        var events = fixture.settled
        let first = fixture.signal(0)
        switch what {
        case "unknown":
            events.append(
                Event(
                    index: 20,
                    payload: .outcome(fixture.outcome(of: fixture.signal(0, id: "never"), .baseline, known: 20))))
        case "other arm":
            events.removeAll { if case .signal(.baseline, first, _) = $0.payload { true } else { false } }
            events.append(Event(index: 20, payload: .outcome(fixture.outcome(of: first, .baseline, known: 20))))
        case "late":
            events.append(
                Event(index: 20, payload: .outcome(fixture.outcome(of: fixture.signal(3), .baseline, known: 20))))
        default:
            events.append(Event(index: 20, payload: .outcome(fixture.outcome(of: first, .candidate, known: 20))))
        }
        try fixture.write(events)
        let report = try Verifier.verify(folder: fixture.folder)
        #expect(report.row == (try JournalReader(folder: fixture.folder).head().row))
        #expect(report.problem?.contains(what == "second" ? "second outcome" : "has not sent in time") == true)
    }

    /// What a session's last mark causes ends with it, in front of the signal's own row.
    @Test func anOutcomeMayStandBeforeItsSignal() throws {
        let fixture = try JournalFixture()
        let signal = fixture.signal(5)
        try fixture.write([
            Event(index: 5, payload: .outcome(fixture.unresolved(signal, .candidate, known: 5, .noEntry))),
            Event(index: 5, payload: .signal(.candidate, signal, isLate: false)),
        ])
        #expect(try Verifier.verify(folder: fixture.folder).problem == nil)
    }

    /// Outcomes are scored by the costs in the journal's own spec, whatever a default is today.
    @Test func termsAreThoseOfTheSpec() throws {
        let text = SpecFixture.minimal(
            "outcomes: {assumed_latency: 1500us, cost_per_side: 2.34, slippage_ticks: 3}\nfeed: {mark_interval: 250ms}")
        let begin = BeginBody(mode: .arrival, stage: .shadow, spec: try SpecFixture.parse(text))
        #expect(
            begin.outcomeTerms
                == OutcomeTerms(assumedLatency: 1_500_000, costPerSideMicros: 2_340_000, slippageTicks: 3))
        #expect(begin.feedPlan(files: ["a"])?.markIntervalNanos == 250_000_000)
        #expect(begin.feedPlan(files: ["a"])?.calendar.name == "24x7")
        var old = begin
        old.spec = old.spec.replacingOccurrences(of: "\"outcomes\"", with: "\"other\"")
        #expect(old.outcomeTerms == nil)
    }
}
