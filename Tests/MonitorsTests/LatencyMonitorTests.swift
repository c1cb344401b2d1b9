import MarketData
import Monitors
import Testing

@Suite struct LatencyMonitorTests {
    private func begun(_ day: Int = 0, _ stage: String = "canary") -> LatencyMonitor {
        var monitor = LatencyMonitor()
        monitor.begin(session: latencyDay(day), stage: stage, versions: [.baseline: "1.0", .candidate: "3.0"])
        return monitor
    }

    private func key(_ span: LatencySpan, _ arm: LatencyArm?, day: Int = 0, stage: String = "canary") -> LatencyKey {
        let version = arm.map { $0 == .baseline ? "1.0" : "3.0" }
        return LatencyKey(session: latencyDay(day), stage: stage, arm: arm, version: version, span: span)
    }

    @Test func samplesAreTakenOnce() {
        var monitor = begun()
        monitor.record(.engine, arm: .candidate, nanos: ms(5))
        let first = monitor.takeChanges()
        #expect(first.map(\.key) == [key(.engine, .candidate)])
        #expect(first.first?.delta.encoded == latencies([ms(5)]).encoded)
        #expect(monitor.takeChanges().isEmpty)
        monitor.record(.engine, arm: .candidate, nanos: ms(6))
        #expect(monitor.takeChanges().first?.delta.encoded == latencies([ms(6)]).encoded)
        #expect(monitor.current(.engine, arm: .candidate).encoded == latencies([ms(5), ms(6)]).encoded)
    }

    @Test func aNewStageEndsTheHistogramsOfTheOldOne() {
        var monitor = begun()
        monitor.record(.endToEnd, arm: .candidate, nanos: ms(5))
        monitor.begin(session: latencyDay(0), stage: "limited", versions: [.baseline: "1.0", .candidate: "3.0"])
        monitor.record(.endToEnd, arm: .candidate, nanos: ms(7))
        #expect(monitor.current(.endToEnd, arm: .candidate).count == 1)
        let changes = monitor.takeChanges()
        #expect(
            changes.map(\.key) == [key(.endToEnd, .candidate), key(.endToEnd, .candidate, stage: "limited")])
        #expect(changes.map(\.delta.maxNanos) == [ms(5), ms(7)])
    }

    @Test func beginningAgainWhereOneIsChangesNothing() {
        var monitor = begun()
        monitor.record(.route, arm: .baseline, nanos: 900)
        monitor.begin(session: latencyDay(0), stage: "canary", versions: [.baseline: "1.0", .candidate: "3.0"])
        #expect(monitor.current(.route, arm: .baseline).count == 1)
    }

    @Test func anotherVersionIsAnotherKey() {
        var monitor = begun()
        monitor.record(.engine, arm: .candidate, nanos: 900)
        monitor.begin(session: latencyDay(0), stage: "canary", versions: [.baseline: "1.0", .candidate: "3.1"])
        monitor.record(.engine, arm: .candidate, nanos: 900)
        #expect(monitor.takeChanges().map(\.key.version) == ["3.0", "3.1"])
    }

    @Test func samplesBeforeTheFirstSessionAreOfIt() {
        var monitor = LatencyMonitor()
        monitor.record(.feed, nanos: ms(3))
        #expect(monitor.takeChanges().isEmpty)
        monitor.begin(session: latencyDay(2), stage: "shadow")
        #expect(
            monitor.takeChanges().map(\.key) == [LatencyKey(session: latencyDay(2), stage: "shadow", span: .feed)])
    }

    @Test func aStampAheadOfTheClockIsSkewAndNoLatency() {
        var monitor = begun()
        monitor.recordFeed(stamped: 1_000_000, readAt: 1_002_000)
        monitor.recordFeed(stamped: 1_000_000, readAt: 1_000_000)
        monitor.recordFeed(stamped: 1_005_000, readAt: 1_000_000)
        #expect(monitor.current(.feed).encoded == latencies([2000, 0]).encoded)
        #expect(monitor.current(.clockSkew).encoded == latencies([5000]).encoded)
    }

    @Test func aStallCountsForAllThatWaited() {
        var monitor = begun()
        monitor.stalled(.markAnswer, arm: .baseline, waiting: 12, nanos: ms(2500))
        monitor.stalled(arm: .candidate, waiting: 3, nanos: ms(400))
        monitor.lost(arm: .candidate, count: 2)
        #expect(monitor.current(.markAnswer, arm: .baseline).share(atMost: ms(300)) == 0)
        #expect(monitor.current(.markAnswer, arm: .baseline).count == 12)
        #expect(monitor.current(.endToEnd, arm: .candidate).count == 5)
        #expect(monitor.current(.endToEnd, arm: .candidate).lost == 2)
    }

    @Test func whatIsRestoredIsNotHandedOutAgain() {
        var monitor = begun()
        monitor.restore(latencies([ms(1), ms(2)]), for: key(.sink, .baseline))
        for other in [key(.sink, .baseline, day: 1), key(.sink, .baseline, stage: "limited")] {
            monitor.restore(latencies([ms(9)]), for: other)
        }
        #expect(monitor.current(.sink, arm: .baseline).count == 2)
        #expect(monitor.takeChanges().isEmpty)
    }

    @Test func keysHaveOneOrder() {
        let versions: [(LatencyArm?, String?)] = [
            (nil, nil), (.baseline, nil), (.baseline, "1.0"), (.baseline, "2.0"), (.candidate, "3.0"),
        ]
        let rising = [0, 1].flatMap { day in
            ["canary", "shadow"].flatMap { stage in
                versions.flatMap { arm, version in
                    LatencySpan.allCases.map {
                        LatencyKey(session: latencyDay(day), stage: stage, arm: arm, version: version, span: $0)
                    }
                }
            }
        }
        var random = LatencyRandom(seed: 4)
        #expect(rising.shuffled(using: &random).sorted() == rising)
        #expect(zip(rising, rising.dropFirst()).allSatisfy { $0 < $1 && !($1 < $0) })
    }

    @Test func spansAreWrittenAsTheJournalHasThem() {
        #expect(
            LatencySpan.allCases.map(\.rawValue) == [
                "feed", "fan_out", "engine", "route", "commit", "sink", "end_to_end", "mark_answer", "clock_skew",
            ])
    }

    /// However samples, stages, takes and a restart fall together, the deltas of a key add up to its samples.
    @Test(arguments: latencyRounds(20, soak: 700))
    func deltasAddUpToEverySampleOnce(seed: UInt64) {
        var random = LatencyRandom(seed: seed)
        var monitor = begun()
        var place = (day: 0, stage: "canary")
        var truth: [LatencyKey: LatencyHistogram] = [:]
        var journal: [LatencyKey: LatencyHistogram] = [:]
        func take() {
            for change in monitor.takeChanges() { journal[change.key, default: LatencyHistogram()].merge(change.delta) }
        }
        for _ in 0..<300 {
            let span = LatencySpan.allCases.randomElement(using: &random) ?? .sink
            let arm: LatencyArm? = [nil, .baseline, .candidate].randomElement(using: &random) ?? nil
            let key = key(span, arm, day: place.day, stage: place.stage)
            let nanos = random.latency()
            switch UInt64.random(in: 0..<12, using: &random) {
            case 0:
                place = (
                    Int.random(in: 0..<3, using: &random), ["canary", "limited"].randomElement(using: &random) ?? ""
                )
                monitor.begin(
                    session: latencyDay(place.day), stage: place.stage, versions: [.baseline: "1.0", .candidate: "3.0"])
            case 1: take()
            case 2:
                take()
                monitor = begun(place.day, place.stage)
                for (key, histogram) in journal { monitor.restore(histogram, for: key) }
                #expect(monitor.current(span, arm: arm).encoded == (truth[key] ?? LatencyHistogram()).encoded)
            case 3:
                monitor.lost(span, arm: arm, count: 2)
                truth[key, default: LatencyHistogram()].recordLost(count: 2)
            case 4:
                monitor.stalled(span, arm: arm, waiting: 4, nanos: nanos)
                truth[key, default: LatencyHistogram()].record(nanos, count: 4)
            default:
                monitor.record(span, arm: arm, nanos: nanos)
                truth[key, default: LatencyHistogram()].record(nanos)
            }
        }
        take()
        #expect(journal.mapValues(\.encoded) == truth.mapValues(\.encoded), "seed \(seed)")
    }
}
