import MarketData
import Testing

@testable import Monitors

@Suite struct RenderingPageTests {
    /// A page that has `text` in every place that takes one, told apart by numbers where a page has several.
    private static func page(_ text: () -> String, basis: Basis = .arrival) -> ReportPage {
        let sessions = RenderingFixture.sessions(3)
        let table = TextTable(
            caption: text(), columns: [.text(text()), .number(text()), .exact(text())],
            rows: [[TextTable.Cell(text(), .bad), TextTable.Cell(text()), TextTable.Cell(text(), .unknown)]])
        let lines = LinePlot(
            title: text(), positions: .sessions(sessions), unit: PlotUnit(text(), places: 1),
            series: [PlotSeries(text(), [1, 2, nil]), PlotSeries(text(), [1, 2, 3])], target: .init(2, label: text()),
            band: .init(label: text(), low: [1, 1, 1], high: [2, 2, 2]), stages: [.init(text(), 0..<3)],
            events: [.init(text(), at: 1)])
        let numbers = LinePlot(
            title: text(), positions: .numbers([1, 2, 3], name: text()), unit: .percent,
            series: [PlotSeries(text(), [1, 2, 3])])
        let heat = HeatMap(
            title: text(), columns: [text(), text()], columnsName: text(),
            rows: sessions.map { .init($0, [.share(0.5), .unknown]) })
        let bars = BarPlot(
            title: text(), sessions: sessions, unit: PlotUnit(text(), places: 0),
            series: [PlotSeries(text(), [1, 0, nil]), PlotSeries(text(), [1, 0, 2])])
        let empty = TextTable(caption: text(), columns: [.text(text())], emptyNote: text())
        return ReportPage(
            title: text(), period: text(), rollout: text(), basis: basis, generated: Timestamp(seconds: 1_795_000_000),
            sections: [
                .init(
                    heading: text(), lead: text(),
                    figures: [.init(text(), text(), unit: text(), tone: .ok, note: text())],
                    blocks: [.text(text()), .table(table), .lines(lines), .lines(numbers), .heat(heat), .bars(bars)]),
                .init(heading: text(), lead: text(), blocks: [.table(empty)]),
            ])
    }

    /// Names and attributes without the texts, and without what depends on the width of labels: coordinates, and
    /// which labels in a drawing have room.
    private static func skeleton(_ page: PageElement) -> [String] {
        page.all.filter { $0.name != "text" }.map { element in
            element.name
                + element.attributes.sorted { $0.key < $1.key }.map { key, value in
                    ["aria-label", "x", "y", "d", "viewBox"].contains(key) ? " \(key)" : " \(key)=\(value)"
                }.joined()
        }
    }

    @Test func hostileTextChangesNothingOnAPageButText() throws {
        let harmless = Self.skeleton(try PageElement.read(HTMLPage.text(Self.page { "text" })))
        for seed in RenderingFixture.seeds(60, soak: 3000) {
            var random = RenderingRandom(seed: seed)
            let page = try PageElement.read(HTMLPage.text(Self.page { RenderingFixture.hostile(&random) + "x" }))
            #expect(Self.skeleton(page) == harmless, "seed \(seed)")
        }
    }

    @Test func everyTextIsOnThePageAsItIs() throws {
        var count = 0
        let nasty = "</title></style><b>&amp; \"' onload='x' <!-- ]]> "
        let page = try PageElement.read(
            HTMLPage.text(
                Self.page {
                    count += 1
                    return nasty + "\(count)."
                }))
        let text = page.text
        for number in 1...count {
            // Names of lines and bars are shortened in drawings, but stand whole in the tables of values.
            #expect(text.contains(nasty + "\(number)."), "text \(number)")
        }
    }

    @Test func controlCharactersDoNotReachThePage() throws {
        let text = HTMLPage.text(Self.page { "a\u{0}\u{1B}\u{202E}\u{FFFE}\u{9B}\u{2028}b" })
        for scalar in ["\u{0}", "\u{1B}", "\u{202E}", "\u{FFFE}", "\u{9B}", "\u{2028}"] as [Unicode.Scalar] {
            #expect(!text.unicodeScalars.contains(scalar))
        }
        #expect(try PageElement.read(text).all("h1")[0].text.contains("a\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD} b"))
    }

    @Test func aPageNeedsNothingElse() throws {
        let text = HTMLPage.text(Self.page { "text" })
        let page = try PageElement.read(text)
        let names = Set(page.all.map(\.name))
        #expect(
            names.isDisjoint(with: [
                "script", "link", "img", "iframe", "object", "embed", "image", "use", "base", "form",
            ]))
        let policy = page.all("meta").first { $0.attributes["http-equiv"] == "Content-Security-Policy" }
        #expect(policy?.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'")
        for element in page.all {
            for (key, value) in element.attributes {
                #expect(!key.hasPrefix("on") && key != "src" && key != "style")
                if key == "href" { #expect(value.hasPrefix("#")) }
                if value.contains("url(") { #expect(value.hasPrefix("url(#plot-")) }
            }
        }
        let style = try #require(page.all("style").first).text
        #expect(!style.contains("url(") && !style.contains("@import") && !style.contains("http"))
        #expect(text.hasPrefix("<!DOCTYPE html>\n"))
    }

    @Test func everyReferenceWithinThePageHasItsTarget() throws {
        let page = try PageElement.read(HTMLPage.text(Self.page { "text" }))
        let ids = page.all.compactMap { $0.attributes["id"] }
        #expect(Set(ids).count == ids.count)
        var referred = page.all.compactMap { $0.attributes["href"]?.dropFirst() }
        referred += page.all.flatMap { $0.attributes["aria-labelledby"]?.split(separator: " ") ?? [] }
        referred += page.all.compactMap { element in
            element.attributes["fill"].map { $0.dropFirst(5).dropLast() }
        }
        #expect(referred.count == 2 + 2 * 4 + 2)
        #expect(referred.allSatisfy { ids.contains(String($0)) })
    }

    @Test func aReplayIsMarkedOnTop() throws {
        let replay = try PageElement.read(HTMLPage.text(Self.page({ "text" }, basis: .replay)))
        #expect(try #require(replay.all("header").first).text.contains("Replay: files were read as fast as they go"))
        #expect(try #require(replay.all("title").first).text == "text text (replay)")
        let arrival = try PageElement.read(HTMLPage.text(Self.page { "text" }))
        #expect(!arrival.text.lowercased().contains("replay: "))
    }

    @Test func theFooterSaysWhereThePageComesFrom() throws {
        let page = ReportPage(
            title: "SLA", period: "2026-10", rollout: "ifd-v3", basis: .arrival,
            generated: Timestamp(seconds: 1_795_000_000))
        let footer = try #require(try PageElement.read(HTMLPage.text(page)).all("footer").first).text
        #expect(footer == "rollout ifd-v3, basis arrival, generated 2026-11-18 11:06:40 UTC")
    }

    @Test func tablesTellScreenReadersTheirHeadings() throws {
        let table = TextTable(
            caption: "Incidents", columns: [.exact("id"), .number("seconds")],
            rows: [["i1", TextTable.Cell("213", .bad)], ["i2", TextTable.Cell("unknown", .unknown)]])
        let page = ReportPage(
            title: "SLA", period: "", rollout: "r", basis: .arrival, generated: Timestamp(seconds: 0),
            sections: [.init(heading: "h", blocks: [.table(table)])])
        let element = try #require(try PageElement.read(HTMLPage.text(page)).all("table").first)
        #expect(element.all("caption").map(\.text) == ["Incidents"])
        let headings = element.all("th").map { "\($0.attributes["scope"] ?? "") \($0.text)" }
        #expect(headings == ["col id", "col seconds", "row i1", "row i2"])
        #expect(element.all("td").map { $0.attributes["class"] } == ["n bad", "n unknown"])
    }

    @Test func aFigureSaysItsStateInWords() throws {
        let tones: [(Tone, String?)] = [
            (.ok, "ok"), (.warning, "warning"), (.bad, "bad"), (.plain, nil), (.unknown, nil),
        ]
        let figures = tones.map { ReportPage.Figure("uptime", "unknown", unit: "%", tone: $0.0) }
        let page = ReportPage(
            title: "SLA", period: "", rollout: "r", basis: .arrival, generated: Timestamp(seconds: 0),
            sections: [.init(heading: "h", figures: figures)])
        let list = try #require(try PageElement.read(HTMLPage.text(page)).all("dl").first)
        #expect(list.children.map { $0.all("span", class: "state").first?.text } == tones.map(\.1))
        #expect(list.children.allSatisfy { $0.all("dt").map(\.text) == ["uptime"] })
    }

    /// Every class on a page has a style, and light, dark and print define the same colours.
    @Test func theStyleCoversThePage() throws {
        let page = try PageElement.read(HTMLPage.text(Self.page({ "text" }, basis: .replay)))
        let classes = Set(page.all.flatMap { $0.attributes["class"]?.split(separator: " ").map(String.init) ?? [] })
        let unstyled = classes.filter { !HTMLPage.style.contains(".\($0)") }
        // A low row has no lines between its cells, a plain figure no mark, a map's text no more than all text.
        #expect(unstyled.isSubset(of: ["low", "plain"]), "\(unstyled)")
        let style = HTMLPage.style
        for name in Set(style.matches(of: /var\((--[a-z0-9]+)\)/).map(\.1)) {
            #expect(style.split(separator: "\(name):").count == 4, "\(name) is not defined for light, dark and print")
        }
        #expect(style.contains("@media (prefers-color-scheme:dark)") && style.contains("@media print"))
    }

    /// 250 sessions: every half hour another than its neighbour, six lines, three parts a bar.
    @Test func aYearStaysASmallPage() throws {
        let sessions = RenderingFixture.sessions(250)
        var random = RenderingRandom(seed: 1)
        func values() -> [Double?] { sessions.map { _ in Double.random(in: 0...1000, using: &random) } }
        let series = (0..<6).map { PlotSeries("p\($0)", values()) }
        let cells: [HeatMap.Cell] = (0..<48).map { $0 % 2 == 0 ? .unknown : .share(0.123_456) }
        let blocks: [ReportPage.Block] = [
            .heat(
                .init(
                    title: "uptime", columns: HeatMap.halfHours, columnsName: "half hour",
                    rows: sessions.map { .init($0, cells) })),
            .lines(.init(title: "latency", positions: .sessions(sessions), unit: .milliseconds, series: series)),
            .bars(.init(title: "signals", sessions: sessions, unit: .signals, series: Array(series.prefix(3)))),
        ]
        let page = ReportPage(
            title: "SLA", period: "2026", rollout: "r", basis: .arrival, generated: Timestamp(seconds: 0),
            sections: [.init(heading: "h", blocks: blocks)])
        let text = HTMLPage.text(page)
        #expect(text.utf8.count < 1_500_000)
        let drawings = try PageElement.read(text).all("svg")
        #expect(drawings.count == 3 && drawings.allSatisfy { $0.all.count < 150 })
    }

    @Test func theTextPageFitsAndSaysWhatItRestsOn() throws {
        let figures = [
            ReportPage.Figure("raw uptime", "99.9512 %", tone: .bad, note: String(repeating: "evidence ", count: 30)),
            ReportPage.Figure("exhaustion", NumberFormat.unknown, tone: .unknown),
        ]
        let page = ReportPage(
            title: "SLA", period: "2026-10", rollout: "ifd-v3", basis: .replay,
            generated: .init(seconds: 1_795_000_000),
            sections: [.init(heading: "Uptime", lead: String(repeating: "lead ", count: 40), figures: figures)])
        let text = TextPage.text(page)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(text.contains("99.9512 %  bad  evidence evidence"))
        #expect(text.split(separator: "evidence").count == 31)
        #expect(text.contains("exhaustion    unknown\n"))
        #expect(text.contains("Replay: files were read as fast as they go"))
        #expect(text.hasSuffix("rollout ifd-v3, basis replay, generated 2026-11-18 11:06:40 UTC\n"))
    }
}
