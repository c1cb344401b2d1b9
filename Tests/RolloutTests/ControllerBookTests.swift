import MarketData
import Rollout
import Signals
import Testing

/// A price that no market near the signal knew is the wrong side of the book (`decision-statistics.md`, section 5).
@Suite struct ControllerBookTests {
    private func signal(_ id: String, price: Int64, at second: UInt64 = noon) -> Signal {
        Signal(
            id: id, cause: 0, tsEvent: at(second), instrumentID: InstrumentID(1), symbol: "S",
            underlyingID: InstrumentID(1), direction: .long, action: .buy, strength: .high, confidence: 0.5,
            price: Price(nanos: price), target: Price(nanos: price * 2), stop: Price(nanos: price / 2),
            horizonSeconds: 600)
    }

    private func course() throws -> Course { try Course(.full) { $0.closeGates() } }

    /// Band .02 of 1,000: 980 and 1,020 are in it.
    @Test(arguments: [(979, false), (980, true), (1000, true), (1020, true), (1021, false), (100_000, false)])
    func aPriceOffTheBookIsNeverLive(price: Int64, isLive: Bool) throws {
        var course = try course()
        _ = course.controller.handle(Event(index: 9, payload: .quote(InstrumentID(1), Price(nanos: 1000))))
        let effect = course.controller.handle(
            Event(index: 9, payload: .signal(.candidate, signal("a", price: price), isLate: false))
        ).effect
        #expect(effect == .decided(isLive ? .live(.assigned) : .suppressed(.limit(.side)), stage: .full))
    }

    /// A market of another moment or underlying says nothing.
    @Test(arguments: [(8, 1), (9, 2)]) func aQuoteJudgesItsOwnIndexAndUnderlying(index: UInt64, underlying: UInt32)
        throws
    {
        var course = try course()
        _ = course.controller.handle(
            Event(index: index, payload: .quote(InstrumentID(underlying), Price(nanos: 1000))))
        let effect = course.controller.handle(
            Event(index: 9, payload: .signal(.candidate, signal("a", price: 5000), isLate: false))
        ).effect
        #expect(effect == .decided(.live(.assigned), stage: .full))
    }

    @Test func threeOffTheBookTakeBack() throws {
        var course = try course()
        var causes: [[String]] = []
        for number in 0..<3 {
            let index = UInt64(10 + number)
            _ = course.controller.handle(Event(index: index, payload: .quote(InstrumentID(1), Price(nanos: 1000))))
            let said = signal("s\(number)", price: 1, at: noon + UInt64(number) * 100)
            causes.append(
                course.controller.handle(Event(index: index, payload: .signal(.candidate, said, isLate: false))).moves
                    .map(\.cause))
        }
        #expect(causes == [[], [], ["side"]])
        #expect(course.state.status == .rolledBack)
    }

    /// The baseline is trusted; what it says is not judged here.
    @Test func theBaselinesPricesAreItsOwn() throws {
        var course = try Course(.shadow) { $0.closeGates() }
        _ = course.controller.handle(Event(index: 9, payload: .quote(InstrumentID(1), Price(nanos: 1000))))
        let effect = course.controller.handle(
            Event(index: 9, payload: .signal(.baseline, signal("b", price: 5000), isLate: false))
        ).effect
        #expect(effect == .decided(.live(.assigned), stage: .shadow))
    }
}
