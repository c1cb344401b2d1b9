import MarketData
import Testing

@testable import Operator

@Suite struct MarketClockTests {
    private static let second: UInt64 = 1_000_000_000
    private let open: UInt64 = 1_000_000 * second

    private func mark(_ seconds: UInt64, opens: Bool = false) -> Mark {
        Mark(
            time: Timestamp(nanos: open + seconds * Self.second), opens: opens ? CivilDate(daysSince1970: 20_000) : nil)
    }

    @Test func timeGoesOnBetweenMarksAtThePaceOfTheTape() {
        var clock = MarketClock(speed: 60)
        #expect(clock.now(at: 5) == nil)
        clock.passed(mark(0), at: 7 * Self.second)
        #expect(clock.now(at: 8 * Self.second) == open + 60 * Self.second)
        clock.passed(mark(120), at: 9 * Self.second)
        #expect(clock.now(at: 9 * Self.second) == open + 120 * Self.second)
    }

    /// The tape stood still for 15 s, the market did not.
    @Test func whatAnAbsenceTookIsMarketTimeUntilTheNextSessionOpens() {
        var clock = MarketClock(speed: 1, resumed: (open + 75 * Self.second, 100 * Self.second))
        #expect(clock.now(at: 101 * Self.second) == open + 76 * Self.second)
        clock.passed(mark(60), at: 101 * Self.second)
        #expect(clock.now(at: 111 * Self.second) == open + 86 * Self.second)
        clock.passed(mark(70), at: 111 * Self.second)
        #expect(clock.now(at: 111 * Self.second) == open + 86 * Self.second)
        clock.passed(mark(4000, opens: true), at: 120 * Self.second)
        #expect(clock.now(at: 120 * Self.second) == open + 4000 * Self.second)
    }
}

@Suite struct ServiceWatchTests {
    private static let second: UInt64 = 1_000_000_000
    private let open: UInt64 = 1_000_000 * second

    private func watch(after last: Measurements.Presence? = nil, wall: UInt64 = 0) -> ServiceWatch {
        ServiceWatch(epoch: 3, basis: "arrival", speed: 1, after: last, wall: wall, at: 0)
    }

    private func started() -> ServiceWatch {
        var watch = watch()
        watch.passed(Mark(time: Timestamp(nanos: open)), at: 0)
        return watch
    }

    private func turn(
        _ watch: inout ServiceWatch, _ found: [ServiceWatch.Standing] = [], milliseconds: UInt64, commit: UInt64 = 0
    ) -> Measurements {
        watch.turn(found, commitNanos: commit, at: milliseconds * 1_000_000, wall: milliseconds * 1_000_000)
    }

    @Test func onlyChangesAreNoted() {
        var watch = started()
        let first = turn(&watch, [.good("feed"), .bad("baseline", "starting")], milliseconds: 0)
        #expect(first.states.map(\.component) == ["router", "journal", "feed", "baseline"])
        #expect(turn(&watch, [.good("feed"), .bad("baseline", "starting")], milliseconds: 50).isEmpty)
        let second = turn(&watch, [.good("feed"), .good("baseline")], milliseconds: 100)
        #expect(
            second.states == [
                Measurements.State(
                    epoch: 3, time: open + 100_000_000, component: "baseline", isGood: true, cause: nil, reason: "")
            ])
    }

    @Test func theHeartbeatComesOnceASecond() {
        var watch = started()
        let beats = stride(from: UInt64(0), through: 3000, by: 50).compactMap {
            turn(&watch, milliseconds: $0).presence
        }
        #expect(beats.map { $0.through - open } == [0, 1, 2, 3].map { $0 * Self.second })
        #expect(beats.allSatisfy { $0.from == open && !$0.endedCleanly })
    }

    @Test func nothingIsVouchedForBeforeTheMarketsTimeIsKnown() {
        var watch = watch()
        #expect(turn(&watch, [.good("feed")], milliseconds: 0).isEmpty)
    }

    /// A loop that stood still did not serve, and it is the journal's doing where a commit took that long.
    @Test(arguments: [(UInt64(0), "router"), (2_500_000_000, "journal")])
    func aTurnThatTookLongCountsFromItsBegin(commit: UInt64, component: String) {
        var watch = started()
        _ = turn(&watch, milliseconds: 1000)
        let states = turn(&watch, milliseconds: 3600, commit: commit).states.filter { $0.component == component }
        #expect(states.map(\.isGood) == [false, true])
        #expect(states.map { $0.time - open } == [1_000_000_000, 3_600_000_000])
    }

    @Test func anAbsenceIsTheWallClocks() {
        let last = Measurements.Presence(
            epoch: 2, basis: "arrival", from: open, through: open + 60 * Self.second, fromAt: 0,
            throughAt: 500 * Self.second, endedCleanly: false)
        var watch = watch(after: last, wall: 515 * Self.second)
        let measured = turn(&watch, milliseconds: 0)
        #expect(measured.presence?.from == open + 75 * Self.second)
    }
}
