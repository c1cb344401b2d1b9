import Testing

@testable import Monitors

@Suite struct RenderingTicksTests {
    private static func value(_ label: String) -> Double? { Double(label.filter { $0 != "," }) }

    /// Whether `value` is 1, 2 or 5 times a power of ten.
    private static func isRound(_ value: Double) -> Bool {
        let digits = "\(value)".split(separator: "e")[0].filter { $0 != "0" && $0 != "." }
        return ["1", "2", "5"].contains(digits)
    }

    @Test func linearTicksAreRoundEvenAndAroundTheValues() throws {
        for seed in RenderingFixture.seeds(2000, soak: 50_000) {
            var random = RenderingRandom(seed: seed)
            func end() -> Double {
                let size = Double.random(in: -1...1, using: &random)
                return size * (0..<Int.random(in: 0...14, using: &random)).reduce(1e-4) { product, _ in product * 10 }
            }
            let ends = [end(), end()].sorted()
            let count = Int.random(in: 3...9, using: &random)
            let axis = Ticks.linear(low: ends[0], high: ends[1], count: count)
            let shown = "seed \(seed): \(ends) \(axis)"
            #expect(axis.range.lowerBound <= ends[0] && axis.range.upperBound >= ends[1], "\(shown)")
            #expect((2...count + 2).contains(axis.ticks.count), "\(shown)")
            #expect(axis.ticks.first?.value == axis.range.lowerBound && axis.ticks.last?.value == axis.range.upperBound)
            let labels = try axis.ticks.map { try #require(Self.value($0.label), "\(shown)") }
            #expect(labels == axis.ticks.map(\.value), "\(shown)")
            let steps = zip(labels.dropFirst(), labels).map { $0 - $1 }
            let step = try #require(steps.min())
            #expect(step > 0 && steps.allSatisfy { $0 - step < step * 1e-3 }, "\(shown)")
            var digit = step
            while digit < 0.95 { digit *= 10 }
            while digit > 9.5 { digit /= 10 }
            #expect([1, 2, 5].contains { abs(digit - $0) < 0.01 }, "\(shown)")
        }
    }

    @Test(arguments: [
        (0.0, 100.0, ["0", "20", "40", "60", "80", "100"]), (0, 7, ["0", "2", "4", "6", "8"]),
        (99.91, 99.998, ["99.90", "99.92", "99.94", "99.96", "99.98", "100.00"]),
        (-35, 100, ["-50", "0", "50", "100"]),
        (0, 4200, ["0", "1,000", "2,000", "3,000", "4,000", "5,000"]), (0, 0.4, ["0.0", "0.1", "0.2", "0.3", "0.4"]),
    ])
    func linearTicksOfSomeRanges(low: Double, high: Double, labels: [String]) {
        #expect(Ticks.linear(low: low, high: high).ticks.map(\.label) == labels)
    }

    @Test(arguments: [0.0, 5, -3, 1e-12, 1e15, 99.9])
    func aSingleValueHasAnAxisToo(value: Double) {
        let axis = Ticks.linear(low: value, high: value)
        #expect(axis.range.lowerBound <= value && axis.range.upperBound >= value && axis.ticks.count >= 2)
        #expect(value < 0 || axis.range.lowerBound >= 0)
    }

    @Test func logarithmicTicksAreRoundAndAroundTheValues() throws {
        for seed in RenderingFixture.seeds(2000, soak: 50_000) {
            var random = RenderingRandom(seed: seed)
            func end() -> Double {
                let size = Double.random(in: 1...10, using: &random)
                return size * (0..<Int.random(in: 0...12, using: &random)).reduce(1e-5) { product, _ in product * 10 }
            }
            let ends = [end(), end()].sorted()
            let axis = Ticks.logarithmic(low: ends[0], high: ends[1])
            let shown = "seed \(seed): \(ends) \(axis)"
            #expect(axis.range.lowerBound <= ends[0] && axis.range.upperBound >= ends[1], "\(shown)")
            #expect((2...13).contains(axis.ticks.count), "\(shown)")
            let labels = try axis.ticks.map { try #require(Self.value($0.label), "\(shown)") }
            #expect(labels == axis.ticks.map(\.value) && zip(labels, labels.dropFirst()).allSatisfy(<), "\(shown)")
            #expect(labels.allSatisfy(Self.isRound), "\(shown)")
        }
    }

    @Test func logarithmicTicksOfLatencies() {
        #expect(
            Ticks.logarithmic(low: 12, high: 950).ticks.map(\.label) == [
                "10", "20", "50", "100", "200", "500", "1,000",
            ])
        #expect(Ticks.logarithmic(low: 100, high: 100).ticks.map(\.label) == ["100", "200"])
    }

    @Test func sessionLabelsHaveRoom() {
        for count in [1, 2, 20, 45, 46, 63, 250, 260, 2500, 9000] {
            let sessions = RenderingFixture.sessions(count)
            for width in [300.0, 800] {
                let marks = SessionTicks.ticks(sessions, width: width)
                #expect(!marks.isEmpty, "\(count) sessions")
                for (a, b) in zip(marks, marks.dropFirst()) {
                    let distance = Double(b.position - a.position) * width / Double(count)
                    #expect(distance >= SVG.width(of: a.label), "\(count) sessions: \(a) \(b)")
                }
                #expect(marks.allSatisfy { "\(sessions[$0.position])".contains($0.label) })
            }
        }
    }

    @Test func labelsMoveApartWithinThePlotAndKeepTheirOrder() {
        for seed in RenderingFixture.seeds(2000, soak: 100_000) {
            var random = RenderingRandom(seed: seed)
            let wanted = (0..<Int.random(in: 1...8, using: &random)).map { _ in
                Double(Int.random(in: -20...340, using: &random))
            }
            let heights = LabelSpread.heights(wanted, gap: 17, within: 10...300)
            let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
            for (a, b) in zip(order, order.dropFirst()) {
                #expect(heights[b] - heights[a] >= 17 - 1e-9, "seed \(seed): \(wanted) \(heights)")
            }
            #expect(
                heights.allSatisfy { (10.0 - 1e-9...300 + 1e-9).contains($0) }, "seed \(seed): \(wanted) \(heights)")
        }
    }

    @Test func aLabelWithRoomStaysWhereItsLineEnds() {
        #expect(LabelSpread.heights([50, 100, 105], gap: 17, within: 10...300) == [50, 100, 117])
    }
}
