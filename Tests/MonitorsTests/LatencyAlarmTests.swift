import Monitors
import Testing

@Suite struct LatencyAlarmTests {
    private static let second: UInt64 = 1_000_000_000

    private func alarm(newest: Int = 20, ageSeconds: UInt64 = 3600, fewest: Int = 5) throws -> LatencyAlarm {
        LatencyAlarm(try .init(newest: newest, maxAgeNanos: ageSeconds * Self.second, fewest: fewest))
    }

    /// Feeds a sample a second from second `from` on and returns the changes.
    private func feed(_ alarm: inout LatencyAlarm, _ milliseconds: [UInt64], from start: UInt64 = 0)
        -> [LatencyAlarm.Change]
    {
        milliseconds.enumerated().compactMap {
            alarm.observe(ms($0.element), at: (start + UInt64($0.offset)) * Self.second)
        }
    }

    /// Twenty of 10 ms and then ten of 500 ms: who averages the oldest ten sees nothing.
    @Test func theNewestSamplesAreJudged() throws {
        var alarm = try alarm()
        _ = feed(&alarm, [UInt64](repeating: 10, count: 20) + [UInt64](repeating: 500, count: 10))
        #expect(alarm.level == .severe)
    }

    @Test func itResolvesAndSaysWhenAndByWhat() throws {
        var alarm = try alarm(newest: 5)
        let slow = feed(&alarm, [200, 200, 200, 200, 200])
        #expect(
            slow == [
                LatencyAlarm.Change(at: 4 * Self.second, from: .unknown, to: .critical, nanos: ms(200), samples: 5)
            ])
        #expect(alarm.since == 4 * Self.second)
        // Of five the fourth decides: after four quick ones it is one of those.
        let quick = feed(&alarm, [10, 11, 12, 13, 14], from: 10)
        #expect(
            quick == [LatencyAlarm.Change(at: 13 * Self.second, from: .critical, to: .ok, nanos: ms(13), samples: 5)])
        #expect(alarm.level == .ok && alarm.since == 13 * Self.second)
    }

    @Test func fewSamplesAreNotJudged() throws {
        var alarm = try alarm()
        #expect(feed(&alarm, [900, 900, 900, 900]).isEmpty)
        #expect(alarm.level == .unknown && alarm.since == nil)
        #expect(feed(&alarm, [900], from: 4).map(\.to) == [.severe])
    }

    @Test func noSingleSampleDecides() throws {
        var alarm = try alarm()
        #expect(feed(&alarm, [10, 10, 10, 10, 5000]).map(\.to) == [.ok])
        #expect(feed(&alarm, [5000], from: 5).map(\.to) == [.severe])
    }

    @Test(
        arguments: [
            (80, .ok), (81, .warning), (150, .warning), (151, .critical), (300, .critical),
            (301, .severe),
        ] as [(UInt64, LatencyAlarm.Level)])
    func aLevelBeginsAboveItsThreshold(milliseconds: UInt64, level: LatencyAlarm.Level) throws {
        var alarm = try alarm()
        _ = feed(&alarm, [UInt64](repeating: milliseconds, count: 5))
        #expect(alarm.level == level)
    }

    /// Warning begins above 80 ms and ends at 72 ms, critical begins above 150 ms and ends at 135 ms.
    @Test(
        arguments: [
            (78, [.critical, .warning]), (73, [.critical, .warning]), (72, [.critical, .ok]),
            (136, [.critical]), (135, [.critical, .warning]),
        ] as [(UInt64, [LatencyAlarm.Level])])
    func aLevelEndsATenthBelowItsThreshold(milliseconds: UInt64, levels: [LatencyAlarm.Level]) throws {
        var alarm = try alarm(newest: 5)
        let changes = feed(&alarm, [UInt64](repeating: 200, count: 5) + [UInt64](repeating: milliseconds, count: 9))
        #expect(changes.map(\.to) == levels)
    }

    @Test func lostSignalsAreTheSlowest() throws {
        var alarm = try alarm()
        _ = feed(&alarm, [10, 10, 10, 10, 10])
        #expect(alarm.lost(at: 6 * Self.second) == nil)
        let change = alarm.lost(at: 7 * Self.second)
        #expect(change == LatencyAlarm.Change(at: 7 * Self.second, from: .ok, to: .severe, nanos: nil, samples: 7))
    }

    @Test func whatIsOldNoLongerCounts() throws {
        var alarm = try alarm(ageSeconds: 60)
        _ = feed(&alarm, [400, 400, 400, 400, 400])
        #expect(alarm.passed(to: 60 * Self.second) == nil)
        #expect(
            alarm.passed(to: 61 * Self.second)
                == LatencyAlarm.Change(at: 61 * Self.second, from: .severe, to: .unknown, nanos: nil, samples: 4))
        #expect(feed(&alarm, [10, 10, 10], from: 200).isEmpty)
    }

    /// A clock that went back would make samples look younger than they are.
    @Test func timeDoesNotGoBack() throws {
        var alarm = try alarm(ageSeconds: 60)
        _ = alarm.observe(ms(10), at: 100 * Self.second)
        for _ in 0..<4 { _ = alarm.observe(ms(10), at: 50 * Self.second) }
        #expect(alarm.level == .ok && alarm.since == 100 * Self.second)
        #expect(alarm.passed(to: 160 * Self.second) == nil)
    }

    @Test func settingsThatCannotBeAreRefused() {
        #expect(throws: LatencyError.self) { try LatencyAlarm.Settings(newest: 4, fewest: 5) }
        #expect(throws: LatencyError.self) { try LatencyAlarm.Settings(newest: 20, fewest: 1) }
        #expect(throws: LatencyError.self) { try LatencyAlarm.Settings(newest: 10_001) }
        #expect(throws: LatencyError.self) {
            try LatencyThresholds(
                warningNanos: ms(120), targetNanos: ms(100), criticalNanos: ms(150), severeNanos: ms(300))
        }
        #expect(LatencyThresholds.standard.target == ms(100) && LatencyThresholds.standard.severe == ms(300))
    }

    /// The rule written as one would check it on paper: sort what is left of everything, count thresholds.
    @Test(arguments: latencyRounds(20, soak: 700))
    func levelsAreThoseOfAWholeHistory(seed: UInt64) throws {
        var random = LatencyRandom(seed: seed)
        let newest = Int.random(in: 5...40, using: &random)
        var alarm = try alarm(newest: newest, ageSeconds: 100)
        var history: [(nanos: UInt64, at: UInt64)] = []
        var expected = 0
        var now: UInt64 = 0
        var scale: UInt64 = 100
        for step in 0..<400 {
            now += UInt64.random(in: 0...9, using: &random) * Self.second
            if step % 50 == 0 { scale = [20, 60, 100, 160, 250, 400].randomElement(using: &random) ?? 100 }
            let before = alarm.level
            let change: LatencyAlarm.Change?
            switch UInt64.random(in: 0..<20, using: &random) {
            case 0:
                history.append((.max, now))
                change = alarm.lost(at: now)
            case 1:
                now += 30 * Self.second
                change = alarm.passed(to: now)
            default:
                let nanos = UInt64.random(in: 1...ms(scale), using: &random)
                history.append((nanos, now))
                change = alarm.observe(nanos, at: now)
            }
            let window = history.suffix(newest).filter { now - $0.at <= 100 * Self.second }.map(\.nanos).sorted()
            expected = level(window, before: expected)
            let levels: [LatencyAlarm.Level] = [.unknown, .ok, .warning, .critical, .severe]
            #expect(alarm.level == levels[expected], "seed \(seed), step \(step)")
            #expect((change != nil) == (alarm.level != before), "seed \(seed), step \(step)")
        }
    }

    /// 0 for unknown to 4 for severe.
    private func level(_ rising: [UInt64], before: Int) -> Int {
        guard rising.count >= 5 else { return 0 }
        let nineInTen = (Double(rising.count) * 9 / 10).rounded(.up)
        let judged = rising[min(Int(nineInTen), rising.count - 1) - 1]
        let begun = 1 + [80, 150, 300].count { judged > ms($0) }
        let notEnded = 1 + [72, 135, 270].count { judged > ms($0) }
        return begun >= before ? begun : min(before, notEnded)
    }
}
