import Testing

@testable import Monitors

@Suite struct RenderingCSVTests {
    /// RFC 4180 read back, strictly, with line feeds: nil for an empty field without quotes.
    private static func read(_ text: String) -> [[String?]]? {
        var rows: [[String?]] = []
        var row: [String?] = []
        var rest = text.unicodeScalars[...]
        while !rest.isEmpty {
            var field = String.UnicodeScalarView()
            let isQuoted = rest.first == "\""
            if isQuoted {
                rest.removeFirst()
                while true {
                    guard let scalar = rest.popFirst() else { return nil }
                    guard scalar == "\"" else {
                        field.append(scalar)
                        continue
                    }
                    guard rest.first == "\"" else { break }
                    rest.removeFirst()
                    field.append("\"")
                }
            } else {
                while let scalar = rest.first, scalar != ",", scalar != "\n" {
                    if scalar == "\"" || scalar == "\r" { return nil }
                    field.append(scalar)
                    rest.removeFirst()
                }
            }
            row.append(field.isEmpty && !isQuoted ? nil : String(field))
            guard let end = rest.popFirst(), end == "," || end == "\n" else { return nil }
            if end == "\n" {
                rows.append(row)
                row = []
            }
        }
        return row.isEmpty ? rows : nil
    }

    @Test func whatIsWrittenIsReadBack() {
        for seed in RenderingFixture.seeds(500, soak: 30_000) {
            var random = RenderingRandom(seed: seed)
            let width = Int.random(in: 1...5, using: &random)
            let rows: [[String?]] = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                (0..<width).map { _ in
                    random.chance(20) ? nil : random.chance(10) ? "" : RenderingFixture.hostile(&random)
                }
            }
            var csv = CSV(header: (0..<width).map { "h\($0)" })
            for row in rows { csv.append(row) }
            guard let read = Self.read(csv.text) else {
                Issue.record("seed \(seed): not RFC 4180: \(csv.text.debugDescription)")
                continue
            }
            // An apostrophe more is all that may differ, and only in front.
            let restored = zip(read.dropFirst(), rows).map { read, row in
                zip(read, row).map { field, value in field == value.map { "'" + $0 } ? value : field }
            }
            let expected = width == 1 ? rows.map { [$0[0] ?? ""] } : rows
            #expect(read.count == rows.count + 1 && restored == expected, "seed \(seed): \(csv.text.debugDescription)")
        }
    }

    @Test(arguments: [
        "=1+1", "+49 170", "-cmd", "@SUM(A1)", "-", "-1.", "+1e", "-$0.25", " =1", "\t=1", "\r=1", "＝1", "--1",
    ])
    func aFormulaIsMadeText(value: String) {
        var csv = CSV(header: ["a", "b"])
        csv.append([value, "x"])
        #expect(Self.read(csv.text)?.last == ["'" + value, "x"])
    }

    @Test(arguments: ["-1", "+1", "-0.25", "+12e3", "-1.5E-07", "1=2", "a@b", "2026-10-09", "-1234567.500000"])
    func whatNoSpreadsheetRunsIsLeftAlone(value: String) {
        var csv = CSV(header: ["a", "b"])
        csv.append([value, "x"])
        #expect(csv.text == "a,b\n\(value),x\n")
    }

    @Test func unknownAndEmptyAreToldApart() {
        var csv = CSV(header: ["a", "b"])
        csv.append([nil, ""])
        #expect(csv.text == "a,b\n,\"\"\n")
    }

    @Test func quotesAreDoubledAndLinesEndWithALineFeed() {
        var csv = CSV(header: ["say \"hi\"", "c,d"])
        csv.append(["two\nlines", "a;b"])
        #expect(csv.text == "\"say \"\"hi\"\"\",\"c,d\"\n\"two\nlines\",\"a;b\"\n")
    }
}
