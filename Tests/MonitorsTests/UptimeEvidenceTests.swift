import MarketData
import Testing

@testable import Monitors

private typealias Fixture = UptimeFixture

@Suite struct UptimeEvidenceTests {
    private func exclusion(
        _ from: UInt64 = 1000, _ to: UInt64 = 2000, _ cause: DowntimeCause = .planned
    ) -> EvidenceRow.Exclusion {
        EvidenceRow.Exclusion(from: from, to: to, cause: cause, evidence: "see \"notice\"", reason: "a \\ b ü")
    }

    private func row(_ id: String, at time: UInt64 = 5, _ content: EvidenceRow.Content) -> EvidenceRow {
        EvidenceRow(id: id, author: "ann", recordedAt: time, content: content)
    }

    @Test func linesGiveTheRowsThatWroteThem() throws {
        let rows = [
            row("e1", .exclusion(exclusion())), row("e2", .correction(of: "e1", exclusion(1, .max - 1, .exchange))),
            row("e3", .withdrawal(of: "e2", reason: "no halt")),
            row("e4", .acknowledgement(incident: "route@20261002T140000Z", reason: "on it")),
        ]
        for row in rows { #expect(try EvidenceRow(line: row.line) == row) }
        #expect(
            rows[0].line == #"{"v":1,"row":"exclusion","id":"e1","author":"ann","recorded_at":5,"from":1000,"to":2000,"#
                + #""cause":"planned","evidence":"see \"notice\"","reason":"a \\ b ü"}"#)
    }

    @Test func linesOfAnyOtherFormAreRefused() throws {
        let line = row("e1", .exclusion(exclusion())).line
        for (old, new) in [
            ("\"v\":1", "\"v\":2"), ("exclusion", "exclusions"), (":5,", ":05,"), (",\"to\"", ", \"to\""),
            ("}", "} "), ("planned", "own"), ("planned", "weather"), ("\"to\":2000", "\"to\":1000"),
            ("\"id\":\"e1\"", "\"id\":\"\""), ("\"reason\":\"a \\\\ b ü\"", "\"reason\":\"\""),
        ] {
            let bad = line.replacing(old, with: new)
            #expect(bad != line)
            #expect(throws: UptimeError.self, "\(bad)") { try EvidenceRow(line: bad) }
        }
        for length in 0..<line.utf8.count {
            #expect(throws: UptimeError.self) {
                try EvidenceRow(line: String(decoding: line.utf8.prefix(length), as: UTF8.self))
            }
        }
    }

    @Test func errorsSayWhatIsWrong() {
        #expect(throws: UptimeError.badText(field: "to", text: "1000", expected: "a time after from, 1000")) {
            try EvidenceBook([row("e1", .exclusion(exclusion(1000, 1000)))])
        }
        #expect(
            throws: UptimeError.badText(field: "cause", text: "own", expected: "exchange, planned or dependency")
        ) {
            try EvidenceBook([row("e1", .exclusion(exclusion(1, 2, .own)))])
        }
        #expect(throws: UptimeError.badLine(column: 6, expected: "a whole number for \"v\"")) {
            try EvidenceRow(line: "{\"v\":one}")
        }
    }

    @Test func onlyTheNewestRowCanBeCorrected() throws {
        var book = try EvidenceBook([
            row("e1", .exclusion(exclusion())), row("e2", .correction(of: "e1", exclusion(1100, 1900))),
        ])
        #expect(throws: UptimeError.superseded(id: "e3", target: "e1", newest: "e2")) {
            try book.append(row("e3", .correction(of: "e1", exclusion())))
        }
        #expect(throws: UptimeError.superseded(id: "e3", target: "e1", newest: "e2")) {
            try book.append(row("e3", .withdrawal(of: "e1", reason: "x")))
        }
        try book.append(row("e3", .correction(of: "e2", exclusion(1200, 1800))))
        #expect(book.inForce.map(\.row.id) == ["e3"])
        #expect(book.inForce.map(\.original) == ["e1"])
        #expect(book.inForce.map(\.exclusion.from) == [1200])
        try book.append(row("e4", .withdrawal(of: "e3", reason: "x")))
        #expect(book.inForce.isEmpty)
        #expect(throws: UptimeError.withdrawn(id: "e5", target: "e3")) {
            try book.append(row("e5", .correction(of: "e3", exclusion())))
        }
    }

    @Test func aRefusedRowLeavesTheBookAsItWas() throws {
        let first = row("e1", .exclusion(exclusion()))
        var book = try EvidenceBook([first, row("a1", .acknowledgement(incident: "i", reason: "x"))])
        let before = book
        #expect(throws: UptimeError.duplicate(id: "e1")) { try book.append(first) }
        #expect(throws: UptimeError.unknownTarget(id: "e2", target: "e9")) {
            try book.append(row("e2", .correction(of: "e9", exclusion())))
        }
        #expect(throws: UptimeError.unknownTarget(id: "e2", target: "a1")) {
            try book.append(row("e2", .withdrawal(of: "a1", reason: "x")))
        }
        #expect(book == before)
        // The refused id is free.
        try book.append(row("e2", .correction(of: "e1", exclusion())))
    }

    @Test func correctionsThatOnlyNarrowKeepTheAnnouncement() throws {
        for (correction, announced) in [
            (exclusion(1000, 2000), 5), (exclusion(1001, 1999), 5), (exclusion(999, 2000), 70),
            (exclusion(1000, 2001), 70), (exclusion(1000, 2000, .dependency), 70),
        ] as [(EvidenceRow.Exclusion, UInt64)] {
            let book = try EvidenceBook([
                row("e1", .exclusion(exclusion())), row("e2", at: 70, .correction(of: "e1", correction)),
            ])
            #expect(book.inForce.map(\.announcedAt) == [announced])
        }
        // Narrowing again does not give it back.
        let book = try EvidenceBook([
            row("e1", .exclusion(exclusion())), row("e2", at: 70, .correction(of: "e1", exclusion(900, 2000))),
            row("e3", at: 80, .correction(of: "e2", exclusion(1000, 2000))),
        ])
        #expect(book.inForce.map(\.announcedAt) == [70])
    }
}
