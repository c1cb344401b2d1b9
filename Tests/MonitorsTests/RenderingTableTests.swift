import Testing

@testable import Monitors

@Suite struct RenderingTableTests {
    /// Pieces of text with the columns that each takes, by hand.
    private static let pieces: [(text: String, width: Int)] = [
        ("a", 1), ("word", 4), (" ", 1), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한", 2), ("Ａ", 2), ("👍", 2), ("–", 1),
        ("\u{200D}", 0), ("µ", 1), ("ー", 2), ("\u{1B}[31m", 5), ("\n", 1), ("\u{202E}", 1), ("\u{7}", 1), ("ß", 1),
    ]

    /// Columns that `text` takes, from the pieces alone; nil where it has a scalar that is in none of them.
    private static func width(_ text: String) -> Int? {
        var widths: [Unicode.Scalar: Int] = ["…": 1, "\u{FFFD}": 1, "\u{301}": 0, "日": 2, "本": 2]
        for piece in pieces where piece.text.unicodeScalars.count == 1 {
            widths[piece.text.unicodeScalars[piece.text.startIndex]] = piece.width
        }
        return text.unicodeScalars.reduce(0) { sum, scalar in
            let width = (0x20...0x7E).contains(scalar.value) ? 1 : widths[scalar]
            return sum.flatMap { sum in width.map { sum + $0 } }
        }
    }

    private static func words(_ random: inout RenderingRandom, most: Int) -> String {
        (0..<Int.random(in: 0...most, using: &random)).map { _ in random.pick(pieces).text }.joined()
    }

    private static func table(_ random: inout RenderingRandom) -> TextTable {
        let columns = (0..<Int.random(in: 1...12, using: &random)).map { _ in
            TextTable.Column(name: words(&random, most: 4), kind: random.pick([.text, .exact, .number]))
        }
        let tones: [Tone] = [.plain, .ok, .warning, .bad, .unknown]
        let rows = (0..<Int.random(in: 0...6, using: &random)).map { _ in
            columns.map { column in
                column.kind == .number
                    ? TextTable.Cell("\(Int.random(in: -9...99_999, using: &random))", random.pick(tones))
                    : TextTable.Cell(words(&random, most: 30), random.pick(tones))
            }
        }
        return TextTable(caption: words(&random, most: 30), columns: columns, rows: rows)
    }

    @Test(arguments: [80, 40, 20, 132])
    func noTableIsWiderThanAsked(limit: Int) throws {
        for seed in RenderingFixture.seeds(100, soak: 3000) {
            var random = RenderingRandom(seed: seed)
            for line in Self.table(&random).text(width: limit).split(separator: "\n", omittingEmptySubsequences: false)
            {
                let width = try #require(Self.width(String(line)), "seed \(seed): \(line.debugDescription)")
                #expect(width <= limit, "seed \(seed): \(line.debugDescription)")
                #expect(line.last != " ", "seed \(seed): \(line.debugDescription)")
            }
        }
    }

    @Test func colourChangesNothingButColour() {
        for seed in RenderingFixture.seeds(100, soak: 3000) {
            var random = RenderingRandom(seed: seed)
            let table = Self.table(&random)
            // By scalars: a joiner after the code would belong to its last letter.
            var text = String.UnicodeScalarView()
            var isCode = false
            for scalar in table.text(.colour).unicodeScalars {
                isCode = isCode || scalar == "\u{1B}"
                if !isCode { text.append(scalar) }
                if scalar == "m" { isCode = false }
            }
            #expect(String(text) == table.text(), "seed \(seed)")
            #expect(!table.text().contains("\u{1B}"), "seed \(seed)")
        }
    }

    @Test func colourMarksOnlyTheCellThatHasATone() {
        let table = TextTable(columns: [.text("a"), .number("b")], rows: [["x", TextTable.Cell("7", .bad)]])
        #expect(table.text(.colour) == "a  b\nx  \u{1B}[1;31m7\u{1B}[0m\n")
    }

    @Test func numbersStandToTheRightAndTextToTheLeft() {
        let table = TextTable(
            columns: [.text("name"), .number("count"), .exact("id")],
            rows: [["first", "7", "i1"], ["second", "12,345,678", "i2"], ["unknown number", "unknown", "i3"]])
        #expect(
            table.text() == """
                name                 count  id
                first                    7  i1
                second          12,345,678  i2
                unknown number     unknown  i3

                """)
    }

    @Test func wideAndCombiningCharactersKeepColumnsStraight() {
        let table = TextTable(
            columns: [.text("a"), .number("n")], rows: [["日本", "1"], ["e\u{301}te\u{301}", "2"], ["abcd", "3"]])
        #expect(table.text() == "a     n\n日本  1\ne\u{301}te\u{301}   2\nabcd  3\n")
    }

    @Test func theWidestTextIsShortenedFirst() {
        let table = TextTable(
            columns: [.text("short"), .text("long"), .number("n")],
            rows: [["twelve chars", TextTable.Cell(String(repeating: "x", count: 100)), "123,456"]])
        #expect(
            table.text().split(separator: "\n").last
                == "twelve chars  \(String(repeating: "x", count: 56))…  123,456")
    }

    @Test func numbersAreNeverShortened() {
        for seed in RenderingFixture.seeds(100, soak: 3000) {
            var random = RenderingRandom(seed: seed)
            let numbers = (0..<Int.random(in: 1...14, using: &random)).map { _ in
                "\(Int.random(in: 100_000...999_999_999, using: &random))"
            }
            let table = TextTable(
                columns: [.text("text")] + numbers.indices.map { .number("n\($0)") },
                rows: [[TextTable.Cell(Self.words(&random, most: 40))] + numbers.map { TextTable.Cell($0) }])
            let lines = table.text().split(separator: "\n")
            let shown = lines[0].split(separator: " ").count - 1
            #expect(
                Array(lines[1].split(separator: " ").suffix(shown)) == numbers.prefix(shown).map { $0[...] },
                "seed \(seed)")
            let note = lines.dropFirst(2).joined(separator: " ")
            for missing in shown..<numbers.count { #expect(note.contains("n\(missing)"), "seed \(seed)") }
        }
    }

    @Test func idsAndTimesAreShownWholeWhereTextGivesWay() {
        let id = String(repeating: "i", count: 50)
        let table = TextTable(
            columns: [.exact("id"), .text("what")],
            rows: [[TextTable.Cell(id), TextTable.Cell(String(repeating: "w", count: 60))]])
        #expect(
            table.text() == "id\(String(repeating: " ", count: 50))what\n\(id)  \(String(repeating: "w", count: 27))…\n"
        )
    }

    @Test func aCellCannotAddALineOrMoveTheCursor() {
        let table = TextTable(columns: [.text("a")], rows: [["one\r\ntwo\u{1B}[2J\u{2028}three\u{9B}5m"]])
        #expect(table.text() == "a\none  two\u{FFFD}[2J three\u{FFFD}5m\n")
    }

    @Test func aTableWithoutRowsSaysSo() {
        #expect(TextTable(columns: [.text("id")], emptyNote: "no incidents").text() == "id\nno incidents\n")
    }
}
