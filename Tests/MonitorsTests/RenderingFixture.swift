import Foundation
import FoundationXML
import MarketData
import Testing

@testable import Monitors

/// SplitMix64 (Steele, Lea and Flood 2014): a seeded generator, so that a failure can be repeated.
struct RenderingRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: choices.indices, using: &self)]
    }
}

enum RenderingFixture {
    static let isSoak = ProcessInfo.processInfo.environment["TANDEM_SOAK"] == "1"

    static func seeds(_ few: Int, soak many: Int) -> Range<UInt64> { 0..<UInt64(isSoak ? many : few) }

    /// Pieces of text that break pages, terminals and spreadsheets.
    static let fragments = [
        "<script>alert(1)</script>", "</title>", "</style>", "\"><img src=x onerror=alert(1)>", "' onload='x", "]]>",
        "<![CDATA[", "-->", "<!--", "&amp;", "&#0;", "&", "<", ">", "\"", "'", "</svg>", "url(http://a.example/x)",
        "javascript:alert(1)", "\u{0}", "\u{1B}[31m", "\u{1B}]0;title\u{07}", "\n", "\r\n", "\t", "\u{2028}",
        "\u{202E}",
        "\u{2066}", "\u{FFFE}", "\u{85}", "\u{9B}31m", "<\u{301}", "\"\u{301}", ",", ";", "=1+1", "+", "-2", "@SUM(A1)",
        "日本", "e\u{301}", "👍", "word", " ", "a",
    ]

    static func hostile(_ random: inout RenderingRandom) -> String {
        (0..<Int.random(in: 1...6, using: &random)).map { _ in random.pick(fragments) }.joined()
    }

    /// That many weekdays from 2026-01-02 on.
    static func sessions(_ count: Int) -> [CivilDate] {
        var day = CivilDate(daysSince1970: 20_455)
        var days: [CivilDate] = []
        while days.count < count {
            if day.weekday < 6 { days.append(day) }
            day = day.adding(days: 1)
        }
        return days
    }
}

/// An element of a page, as Foundation's XML reader sees it: an implementation that owes nothing to ours.
final class PageElement {
    let name: String
    let attributes: [String: String]
    var children: [PageElement] = []
    /// Of this element alone, without its children's.
    var ownText = ""

    init(_ name: String, _ attributes: [String: String]) { (self.name, self.attributes) = (name, attributes) }

    /// This element and all below it, in the order of their start tags.
    var all: [PageElement] { [self] + children.flatMap(\.all) }
    var text: String { all.map(\.ownText).joined() }

    func all(_ name: String, class style: String? = nil) -> [PageElement] {
        all.filter { element in
            let classes = element.attributes["class"]?.split(separator: " ").map(String.init) ?? []
            return element.name == name && (style.map(classes.contains) ?? true)
        }
    }

    static func read(_ text: String) throws -> PageElement {
        let reader = Reader()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = reader
        guard parser.parse(), let root = reader.root else { throw Malformed(cause: "\(parser.parserError as Any)") }
        return root
    }

    struct Malformed: Error { var cause: String }

    private final class Reader: NSObject, XMLParserDelegate {
        var root: PageElement?
        private var open: [PageElement] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            let element = PageElement(name, attributes)
            open.last?.children.append(element)
            if open.isEmpty { root = element }
            open.append(element)
        }

        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
            open.removeLast()
        }

        func parser(_ parser: XMLParser, foundCharacters text: String) { open.last?.ownText += text }
    }
}
