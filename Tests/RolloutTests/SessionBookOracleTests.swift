import MarketData
import Rollout
import Signals
import Testing

/// Random histories: what was committed, and when, beside a slow reading that knows all of a history before it begins.
@Suite struct SessionBookOracleTests {
    private static let firstDay = 20_776

    /// A signal and everything that became of it, by the numbers of events.
    private struct Said {
        var arm: Arm
        var day: Int
        var time: UInt64
        var counts: Bool
        /// Nil: never known. R nil: unresolvable.
        var outcome: (event: Int, r: Double?, exit: UInt64)?
    }

    private struct History {
        var said: [Said] = []
        var touched: [Int: Set<UInt64>] = [:]
        /// Numbers of the events that closed a day and told of its data.
        var closed: [Int: Int] = [:]
        var told: [Int: Int] = [:]
    }

    /// What was committed or corrected at which event.
    private struct Seen {
        var committed: [Int: (event: Int, session: SessionObservation)] = [:]
        var corrections = 0
    }

    private static func halfHour(_ second: UInt64) -> UInt64 { second - second % 1800 }

    /// Plays days of random events; every outcome is drawn with its signal and comes when its time has come.
    private static func play(seed: UInt64, days: Int, _ course: inout Course) -> (History, Seen) {
        var random = RolloutRandom(seed: seed)
        var (history, seen) = (History(), Seen())
        var (event, feed, isDown) = (0, UInt64(firstDay) * 86_400, false)
        var waiting: [(due: UInt64, said: Int, id: String, r: Double?)] = []
        func note(_ reactions: [Reaction]) {
            for reaction in reactions {
                event += 1
                for session in reaction.committed {
                    seen.committed[session.session.daysSince1970] = (event, session)
                }
                seen.corrections += reaction.corrected.count
            }
        }
        func touch(_ second: UInt64) {
            history.touched[Int(second / 86_400), default: []].insert(halfHour(second))
        }
        for day in firstDay..<(firstDay + days) {
            let talk = Int.random(in: 0...30, using: &random)
            let quality = Int.random(in: 0...30, using: &random)
            for step in 0..<144 {
                let now = UInt64(day) * 86_400 + UInt64(step) * 600
                feed = max(feed, now)
                note([course.mark(now)])
                if isDown { touch(feed) }
                if random.chance(isDown ? 20 : quality / 15) {
                    note([course.health(.baseline, isDown ? .ready : .notReady(reason: "died"))])
                    touch(feed)
                    isDown.toggle()
                }
                for index in waiting.indices.reversed() where waiting[index].due <= now {
                    let ready = waiting.remove(at: index)
                    let arm = history.said[ready.said].arm
                    let exit = history.said[ready.said].time + 1 + UInt64.random(in: 0...9000, using: &random)
                    note([course.settle(arm, ready.id, r: ready.r, at: exit)])
                    history.said[ready.said].outcome = (event, ready.r, exit)
                }
                for number in 0..<2 where random.chance(talk) {
                    let arm: Arm = random.chance(50) ? .baseline : .candidate
                    let time = now + UInt64.random(in: 0...590, using: &random)
                    let (isLate, isMonitor) = (random.chance(5), random.chance(8))
                    let id = "\(day)-\(step)-\(number)"
                    var said = Said(arm: arm, day: day, time: time, counts: !isLate && !isMonitor)
                    let r = random.chance(quality / 3) ? nil : Double(Int.random(in: -150...300, using: &random)) / 100
                    let action: Signal.Action = isMonitor ? .monitor : .sell
                    if random.chance(4) {
                        // Told before it is said.
                        note([course.settle(arm, id, r: r, at: time + 1, action: action)])
                        said.outcome = (event, r, time + 1)
                    } else if !random.chance(3) {
                        let days = random.chance(85) ? 0 : UInt64.random(in: 1...4, using: &random)
                        waiting.append(
                            (
                                time + days * 86_400 + UInt64.random(in: 1...9000, using: &random), history.said.count,
                                id, r
                            )
                        )
                    }
                    note([
                        course.hear(
                            arm, id, on: UInt32.random(in: 1...9, using: &random), at: time, action: action,
                            direction: .short, isLate: isLate)
                    ])
                    history.said.append(said)
                    feed = max(feed, time)
                }
            }
            let tainted = (0..<UInt64(48)).filter { _ in random.chance(quality) }.map {
                UInt64(day) * 86_400 + $0 * 1800
            }
            for start in tainted { touch(start) }
            let isDataLate = random.chance(20)
            if !isDataLate { note([course.data(day, tainted: tainted)]) }
            history.told[day] = event
            let end = UInt64(day + 1) * 86_400
            feed = max(feed, end)
            note([
                course.mark(end, closes: CivilDate(daysSince1970: day), opens: CivilDate(daysSince1970: day + 1))
            ])
            history.closed[day] = event
            if isDown { touch(end) }
            if isDataLate {
                note([course.data(day, tainted: tainted)])
                history.told[day] = event
            }
        }
        return (history, seen)
    }

    /// An arm's day, with what was known by an event.
    private static func tally(_ history: History, _ arm: Arm, _ day: Int, by event: Int) -> SessionObservation.ArmTally
    {
        var tally = SessionObservation.ArmTally()
        var (admitted, now): ([UInt64], UInt64) = ([], 0)
        for said in history.said where said.arm == arm && said.day == day && said.counts {
            if history.touched[day]?.contains(halfHour(said.time)) ?? false {
                tally.tainted += 1
                continue
            }
            now = max(now, said.time)
            let known = said.outcome.flatMap { $0.event <= event ? $0 : nil }
            let micros = known?.r.map { Int64(($0 * 1e6).rounded()) }
            tally.actionable += 1
            if let micros {
                tally.resolved += 1
                tally.correct += micros > 0 ? 1 : 0
                tally.sumMicros += micros
            }
            guard admitted.count < 10, admitted.count(where: { $0 > now }) < 3 else { continue }
            tally.admitted += 1
            tally.accountMicros += micros ?? 0
            tally.admittedUnresolvable += micros == nil ? 1 : 0
            admitted.append(micros == nil ? 0 : known?.exit ?? 0)
        }
        return tally
    }

    private static func observation(_ history: History, _ day: Int, by event: Int) -> SessionObservation {
        let (baseline, candidate) = (
            tally(history, .baseline, day, by: event), tally(history, .candidate, day, by: event)
        )
        let touched = history.touched[day]?.count ?? 0
        let isTainted =
            Double(touched) > 0.2 * 48 || Double(baseline.admittedUnresolvable) > 0.1 * Double(baseline.admitted)
        let isEmpty = baseline.admitted + candidate.admitted == 0
        return SessionObservation(
            session: CivilDate(daysSince1970: day), state: isTainted ? .tainted : isEmpty ? .empty : .observed,
            baseline: baseline, candidate: candidate, taintedHalfHours: touched, halfHours: 48)
    }

    /// The event at which each day can be committed, in their order; days that cannot are not there.
    private static func commits(_ history: History, days: Int) -> [Int: Int] {
        var (commits, before): ([Int: Int], Int) = ([:], 0)
        for day in firstDay..<(firstDay + days) {
            guard let closed = history.closed[day], let told = history.told[day] else { break }
            let own = history.said.filter { $0.day == day && $0.counts }
            let labels = own.map { $0.outcome?.event ?? .max }.max() ?? 0
            let deadline = history.closed[day + 2] ?? .max
            let event = max(before, closed, told, min(labels, deadline))
            guard event < .max else { break }
            commits[day] = event
            before = event
        }
        return commits
    }

    @Test func whatIsCommittedIsWhatTheSlowReadingSays() throws {
        let (runs, days) = (count(24, soak: 400), 12)
        var states: [SessionObservation.State: Int] = [:]
        var corrections = 0
        for seed in 1...UInt64(runs) {
            var course = try Course { $0.mode = .watch }
            let (history, seen) = Self.play(seed: seed, days: days, &course)
            let expected = Self.commits(history, days: days)
            #expect(seen.committed.keys.sorted() == expected.keys.sorted(), "seed \(seed)")
            var late = 0
            for (day, event) in expected.sorted(by: { $0.key < $1.key }) {
                let committed = try #require(seen.committed[day], "seed \(seed), day \(day)")
                let asItWas = Self.observation(history, day, by: event)
                #expect(committed.event == event, "seed \(seed), day \(day)")
                #expect(committed.session == asItWas, "seed \(seed), day \(day)")
                states[asItWas.state, default: 0] += 1
                late += history.said.count { said in
                    said.day == day && said.counts && said.outcome.map { $0.event > event } ?? false
                }
            }
            #expect(seen.corrections == late, "seed \(seed)")
            corrections += late
            // In the end everything that ever came is in it.
            #expect(
                course.evidence.sessions == expected.keys.sorted().map { Self.observation(history, $0, by: .max) },
                "seed \(seed)")
        }
        #expect(states.count == 3 && corrections > 20, "a history that never came there proves nothing: \(states)")
    }
}
