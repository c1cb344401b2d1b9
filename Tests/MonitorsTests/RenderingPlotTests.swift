import MarketData
import Testing

@testable import Monitors

@Suite struct RenderingPlotTests {
    /// A path's subpaths as points, for the absolute and relative commands that the drawings use.
    private static func subpaths(_ data: String) -> [[(x: Double, y: Double)]] {
        var paths: [[(x: Double, y: Double)]] = []
        var rest = data.utf8[...]
        while let command = rest.popFirst() {
            let end = rest.firstIndex { $0 > UInt8(ascii: "9") } ?? rest.endIndex
            let numbers = rest[..<end].split(separator: UInt8(ascii: " ")).compactMap { Double(Substring($0)) }
            rest = rest[end...]
            let last = paths.last?.last ?? (0, 0)
            switch Character(Unicode.Scalar(command)) {
            case "M": paths.append([(numbers[0], numbers[1])])
            case "L": paths[paths.count - 1].append((numbers[0], numbers[1]))
            case "H": paths[paths.count - 1].append((numbers[0], last.y))
            case "V": paths[paths.count - 1].append((last.x, numbers[0]))
            case "h": paths[paths.count - 1].append((last.x + numbers[0], last.y))
            case "v": paths[paths.count - 1].append((last.x, last.y + numbers[0]))
            default: break
            }
        }
        return paths
    }

    private static let pathBytes = Set("MLHVhvzZ0123456789.- ".utf8)

    private static func element(_ plot: some Plot) throws -> PageElement {
        var number = 0
        return try PageElement.read(PlotFigure.html(plot, number: &number))
    }

    private static func paths(_ element: PageElement, _ style: String) -> [[(x: Double, y: Double)]] {
        let classes = style.split(separator: " ").map(String.init)
        return element.all("path").filter { path in
            let own = path.attributes["class"]?.split(separator: " ").map(String.init) ?? []
            return classes.allSatisfy(own.contains)
        }.flatMap { subpaths($0.attributes["d"] ?? "") }
    }

    private static func lines(
        _ values: [Double?], scale: LinePlot.Scale = .fromZero, target: Double? = nil
    ) -> LinePlot {
        LinePlot(
            title: "latency", positions: .sessions(RenderingFixture.sessions(values.count)), unit: .milliseconds,
            scale: scale, series: [PlotSeries("p99", values)], target: target.map { .init($0, label: "target") })
    }

    @Test func anUnknownValueBreaksTheLine() throws {
        let element = try Self.element(Self.lines([1, 2, nil, 3, nil, 4, 5, .nan]))
        #expect(
            Self.paths(element, "line s0").filter { $0.count > 2 || $0[0].x < 800 }.map(\.count).prefix(3) == [2, 1, 2])
    }

    @Test func aLoneValueAmongUnknownOnesIsADot() throws {
        let values: [Double?] = (0..<100).map { $0 == 50 ? 7 : $0 > 90 ? 1 : nil }
        #expect(Self.paths(try Self.element(Self.lines(values)), "dots s0").count == 1)
    }

    @Test func heightsFollowValuesAndTheTarget() throws {
        let element = try Self.element(Self.lines([0, 50, 100, 25], target: 50))
        let line = Self.paths(element, "line s0")[0].map(\.y)
        let target = Self.paths(element, "target")[0][0].y
        #expect(line[0] > line[3] && line[3] > line[1] && line[1] > line[2])
        #expect(abs((line[0] + line[2]) / 2 - line[1]) <= 0.1 && abs(target - line[1]) <= 0.1)
    }

    @Test func equalRatiosAreEqualHeightsOnALogarithmicAxis() throws {
        let y = Self.paths(try Self.element(Self.lines([1, 10, 100, 1000, 0], scale: .logarithmic)), "line s0")[0].map(
            \.y)
        #expect(abs((y[0] - y[1]) - (y[1] - y[2])) <= 0.2 && abs((y[1] - y[2]) - (y[2] - y[3])) <= 0.2)
        #expect(y[4] == y[0], "a zero lies on the lower edge")
    }

    @Test func theTargetIsInSightWhateverTheValues() throws {
        for scale in [LinePlot.Scale.fromZero, .aroundValues, .logarithmic] {
            let element = try Self.element(Self.lines([10, 11, 12], scale: scale, target: 100))
            let target = Self.paths(element, "target")[0][0].y
            #expect(Self.paths(element, "line s0")[0].allSatisfy { $0.y > target + 50 })
        }
    }

    @Test func everyValueStandsInTheTable() throws {
        let element = try Self.element(Self.lines([1.5, nil, 0]))
        let table = try #require(element.all("details").first?.all("table").first)
        let rows = table.all("tr").dropFirst().map { $0.children.map(\.text) }
        #expect(rows == [["2026-01-02", "1.50"], ["2026-01-05", "unknown"], ["2026-01-06", "0.00"]])
    }

    @Test func aDrawingTellsWhatItShowsInWords() throws {
        let drawing = try #require(try Self.element(Self.lines([10, nil, 30, 20], target: 100)).all("svg").first)
        #expect(drawing.attributes["role"] == "img")
        #expect(drawing.children[0].name == "title" && drawing.children[0].text == "latency")
        #expect(
            drawing.children[1].text
                == "Lines over 4 sessions, 2026-01-02 to 2026-01-07, in ms. p99: last 20.00 ms, between 10.00 ms and "
                + "30.00 ms, 1 unknown. target: 100.00 ms.")
    }

    @Test func eventsAreNumberedInOrderAndNamedBelow() throws {
        var plot = Self.lines([1, 2, 3, 4])
        plot.events = [.init("rollback", at: 3), .init("deploy", at: 1), .init("elsewhere", at: 9)]
        plot.stages = [.init("shadow", 0..<2), .init("canary", 2..<40), .init("gone", 50..<60)]
        let element = try Self.element(plot)
        #expect(
            element.all("li").map(\.text) == [
                "1: 2026-01-05 deploy", "2: 2026-01-07 rollback", "shadow: 2026-01-02 to 2026-01-05",
                "canary: 2026-01-06 to 2026-01-07",
            ])
        let line = Self.paths(element, "line s0")[0]
        #expect(Self.paths(element, "event").map { $0[0].x } == [line[1].x, line[3].x])
        let numbers = element.all("text").filter { ["1", "2"].contains($0.text) && $0.attributes["class"] == "minor" }
        #expect(numbers.map(\.text) == ["1", "2"])
    }

    @Test func aBandCoversOnlyWhatHasBothEnds() throws {
        var plot = Self.lines([1, 2, 3, 4, 5])
        plot.band = .init(label: "forecast", low: [nil, 1, 1, nil, 1], high: [9, 4, 4, 4, 4])
        // One shape over two sessions, one over the last; the third is the label's sample.
        #expect(Self.paths(try Self.element(plot), "band").map(\.count) == [4, 2, 4])
    }

    @Test func everyLineIsNamedBesideThePlot() throws {
        let series = (0..<6).map { PlotSeries("series \($0)", [1, 2]) }
        let plot = LinePlot(
            title: "t", positions: .numbers([0, 5], name: "hours"), unit: .percent, series: series)
        let labels = try Self.element(plot).all("text").filter { $0.text.hasPrefix("series") }
        #expect(Set(labels.map(\.text)).count == 6)
        let heights = labels.compactMap { Double($0.attributes["y"] ?? "") }.sorted()
        #expect(zip(heights, heights.dropFirst()).allSatisfy { $1 - $0 >= 16.9 })
    }

    /// Random plots, extreme values among them: every coordinate is a number within the drawing.
    @Test func noDrawingLeavesItsFrame() throws {
        for seed in RenderingFixture.seeds(100, soak: 5000) {
            var random = RenderingRandom(seed: seed)
            let count = Int.random(in: 0...60, using: &random)
            let odd: [Double?] = [nil, .nan, .infinity, -.infinity, 1e300, -1e15, 1e15, 1e-300, 0, -0.0, 99.95, -5]
            func values() -> [Double?] {
                (0..<Int.random(in: 0...70, using: &random)).map { _ in
                    random.chance(30) ? random.pick(odd) : Double.random(in: -10...1000, using: &random)
                }
            }
            let numbers = (0..<count).map { random.chance(5) ? .nan : Double($0) * 3 - 20 }
            let sessions = RenderingFixture.sessions(count)
            let lines = LinePlot(
                title: "t", positions: random.chance(50) ? .sessions(sessions) : .numbers(numbers, name: "hours"),
                unit: .milliseconds, scale: random.pick([.fromZero, .aroundValues, .logarithmic]),
                series: (0..<Int.random(in: 0...8, using: &random)).map { PlotSeries("s\($0)", values()) },
                target: random.chance(50) ? .init(random.pick(odd) ?? 1, label: "target") : nil,
                band: random.chance(50) ? .init(label: "band", low: values(), high: values()) : nil,
                stages: [.init("a", -5..<10), .init("b", 10..<90)], events: [.init("e", at: 3), .init("f", at: 4)])
            let bars = BarPlot(
                title: "t", sessions: sessions, unit: .signals,
                series: (0..<Int.random(in: 0...8, using: &random)).map { PlotSeries("series \($0)", values()) })
            for element in [try Self.element(lines), try Self.element(bars)] {
                let size =
                    element.all("svg")[0].attributes["viewBox"]?.split(separator: " ").compactMap { Double($0) } ?? []
                for path in element.all("path") where path.attributes["class"] != "hatch" {
                    let data = path.attributes["d"] ?? ""
                    #expect(data.utf8.allSatisfy { Self.pathBytes.contains($0) }, "seed \(seed): \(data)")
                    let isInside = Self.subpaths(data).joined().allSatisfy { point in
                        (0...size[2] + 0.1).contains(point.x) && (0...size[3] + 0.1).contains(point.y)
                    }
                    #expect(isInside, "seed \(seed): \(path.attributes)")
                }
            }
        }
    }

    /// Every cell painted back from the drawing is the shade of its share, by a rule written apart from ours.
    @Test func everyHalfHourHasItsColour() throws {
        for seed in RenderingFixture.seeds(5, soak: 200) {
            var random = RenderingRandom(seed: seed)
            let dates = RenderingFixture.sessions(Int.random(in: 1...250, using: &random))
            let shares = [1, 0.9995, 0.999, 0.9989, 0.99, 0.96, 0.95, 0.5, 0.49, 0, 2, -1, .nan]
            let rows = dates.map { date in
                HeatMap.Row(
                    date,
                    (0..<Int.random(in: 40...50, using: &random)).map { _ in
                        random.chance(60)
                            ? .share(1) : random.pick([.closed, .unknown, .share(random.pick(shares))])
                    })
            }
            let map = HeatMap(title: "uptime", columns: HeatMap.halfHours, columnsName: "half hour", rows: rows)
            let element = try Self.element(map)
            let frame = Self.paths(element, "frame")[0]
            let (left, top) = (frame[0].x, frame[0].y)
            let (width, height) = ((frame[1].x - left) / 48, (frame[2].y - top) / Double(dates.count))
            var painted = Array(repeating: Array(repeating: "closed", count: 48), count: dates.count)
            for shade in (0...5).map({ "h\($0)" }) + ["unknown"] {
                for box in Self.paths(element, shade) where box[0].y >= top {
                    let row = Int(((box[0].y + box[2].y) / 2 - top) / height)
                    let first = Int(((box[0].x - left) / width).rounded())
                    let last = Int(((box[1].x - left) / width).rounded())
                    #expect(painted[row][first..<last].allSatisfy { $0 == "closed" }, "seed \(seed): painted twice")
                    for column in first..<last { painted[row][column] = shade }
                }
            }
            for (index, row) in rows.enumerated() {
                let expected = (0..<48).map { Self.shade($0 < row.cells.count ? row.cells[$0] : .unknown) }
                #expect(painted[index] == expected, "seed \(seed), \(row.date)")
            }
        }
    }

    private static func shade(_ cell: HeatMap.Cell) -> String {
        switch cell {
        case .closed: "closed"
        case .unknown: "unknown"
        case .share(let share):
            share.isNaN
                ? "unknown"
                : share >= 1
                    ? "h0"
                    : share >= 0.999 ? "h1" : share >= 0.99 ? "h2" : share >= 0.95 ? "h3" : share >= 0.5 ? "h4" : "h5"
        }
    }

    @Test func equalHalfHoursAreDrawnAsOne() throws {
        let cells: [HeatMap.Cell] = Array(repeating: .share(1), count: 20) + Array(repeating: .share(0.2), count: 28)
        let map = HeatMap(
            title: "t", columns: HeatMap.halfHours, columnsName: "half hour",
            rows: [.init(RenderingFixture.sessions(1)[0], cells)])
        let element = try Self.element(map)
        // One of each is the legend's.
        #expect(Self.paths(element, "h0").count == 2 && Self.paths(element, "h5").count == 2)
        #expect(HeatMap.halfHours.count == 48 && HeatMap.halfHours[0] == "00:00" && HeatMap.halfHours[19] == "09:30")
        #expect(HeatMap.halfHours[20] == "10:00" && HeatMap.halfHours[47] == "23:30")
    }

    @Test func theMapNamesItsWorstHalfHour() throws {
        let days = RenderingFixture.sessions(2)
        let map = HeatMap(
            title: "t", columns: ["00:00", "00:30"], columnsName: "half hour",
            rows: [.init(days[0], [.share(1), .share(0.25)]), .init(days[1], [.closed, .unknown])])
        #expect(
            map.summary
                == "Shares over 2026-01-02 to 2026-01-05 by half hour: 1 of 2 at 100 %, 1 unknown. The least is "
                + "25.00 % at 2026-01-02 00:30.")
        let rows = try Self.element(map).all("tr").dropFirst().map { $0.children.map(\.text) }
        #expect(rows == [["2026-01-02", "100.00", "25.00"], ["2026-01-05", "closed", "unknown"]])
    }

    @Test func barsStackToTheirSum() throws {
        let plot = BarPlot(
            title: "t", sessions: RenderingFixture.sessions(2), unit: .signals,
            series: [PlotSeries("baseline", [4, 10]), PlotSeries("candidate", [6, 0])])
        let element = try Self.element(plot)
        let (lower, upper) = (Self.paths(element, "b0"), Self.paths(element, "b1"))
        let heights = (lower + upper).map { abs($0[2].y - $0[1].y) }
        // 4 and 10 of the first, 6 of the second, each followed by its legend's sample; nothing for the zero.
        #expect(lower.count == 3 && upper.count == 2)
        #expect(abs(heights[0] * 2.5 - heights[1]) < 0.5 && abs(heights[3] * 10 / 6 - heights[1]) < 0.5)
        #expect(upper[0][2].y == lower[0][0].y, "the candidate stands on the baseline")
    }

    @Test func zeroAndUnknownBarsDiffer() throws {
        let plot = BarPlot(
            title: "t", sessions: RenderingFixture.sessions(3), unit: .signals,
            series: [PlotSeries("baseline", [0, nil, 20]), PlotSeries("candidate", [0, 0, nil])])
        let element = try Self.element(plot)
        // Each followed by its legend's sample.
        #expect(Self.paths(element, "zero").count == 2)
        let unknown = Self.paths(element, "unknown")
        #expect(unknown.count == 3)
        #expect(unknown.allSatisfy { abs($0[2].y - $0[1].y) >= 10 }, "seen even above the highest bar")
        #expect(element.all("text").map(\.text).filter { ["unknown", "zero"].contains($0) } == ["unknown", "zero"])
        #expect(plot.summary.contains("candidate: 0 signals in all, 1 sessions unknown."))
    }

    @Test func aPeriodWithoutDataSaysSo() throws {
        let lines = try Self.element(Self.lines([nil, nil]))
        #expect(lines.text.contains("no values in this period"))
        #expect(lines.text.contains("p99: unknown."))
        let bars = BarPlot(title: "t", sessions: [], unit: .signals, series: [PlotSeries("baseline", [])])
        #expect(try Self.element(bars).text.contains("no sessions in this period"))
        let map = HeatMap(title: "t", columns: HeatMap.halfHours, columnsName: "half hour", rows: [])
        #expect(try Self.element(map).text.contains("no dates in this period"))
    }
}
