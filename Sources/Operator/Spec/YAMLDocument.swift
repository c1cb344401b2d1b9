internal import Yams

/// A node of a YAML document that holds nothing a spec may not hold: no anchors, aliases, tags or merge keys, keys that
/// are text and occur once, and at most `YAMLDocument.maxDepth` levels.
struct YAMLNode {
    struct Entry {
        let key: String
        let line: Int
        let value: YAMLNode
    }

    enum Content {
        /// `isPlain`: written without quotes, so that `10` is a number and `"10"` a text.
        case scalar(String, isPlain: Bool)
        case list([YAMLNode])
        case mapping([Entry])
        /// A problem has been reported; nobody needs to complain again.
        case refused
    }

    let line: Int
    let content: Content
}

/// Reads one YAML document and reports what no spec may hold, all of it at once as far as the syntax allows.
struct YAMLDocument {
    static let maxDepth = 16
    /// How often a text may look as if it held an alias before it is refused unread: comparing the keys of a document
    /// costs up to 3^(aliases / 3).
    private static let maxAliases = 16
    private static let maxRepeatedKeys = 20

    /// Nil when the text is no YAML document, or holds nothing; `problems` says so.
    private(set) var root: YAMLNode?
    private(set) var problems: [SpecProblem] = []

    private let file: String
    /// What ends with the document is reported there, not on the line after it.
    private let lastLine: Int
    /// The document, with a mark put in front of keys that are repeated further down.
    private var text: String
    /// Where marks were put, so that columns can be given as in the file.
    private var marks: [(line: Int, column: Int)] = []

    /// - Parameter text: as `SpecText.checked` returns it.
    init(_ text: String, file: String) {
        self.file = file
        // Yams keeps a pointer into the text, which a string of up to 15 bytes stores in itself.
        self.text = text.utf8.count < 16 ? text + String(repeating: "\n", count: 16) : text
        lastLine = max(
            1, text.split(separator: "\n", omittingEmptySubsequences: false).count - (text.hasSuffix("\n") ? 1 : 0))
        if Self.aliases(in: text) > Self.maxAliases {
            report(line: 1, message: "there are more than \(Self.maxAliases) aliases (*name); write the values out")
            return
        }
        compose()
    }

    private mutating func report(line: Int, column: Int? = nil, path: String = "", message: String) {
        let column = line <= lastLine ? column : nil
        problems.append(
            SpecProblem(file: file, line: min(line, lastLine), column: column, path: path, message: message))
    }

    /// Counts too much rather than too little: comments and quoted texts are looked at too.
    private static func aliases(in text: String) -> Int {
        var count = 0
        var previous = UInt8(ascii: "\n")
        var isOpen = false
        for byte in text.utf8 {
            if isOpen,
                byte == 0x5F || byte == 0x2D || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (48...57).contains(byte)
            {
                count += 1
            }
            isOpen = byte == UInt8(ascii: "*") && " \t\n[{,:?-".utf8.contains(previous)
            previous = byte
        }
        return count
    }

    private mutating func compose() {
        for _ in 0...Self.maxRepeatedKeys {
            do {
                // No resolver: what a plain scalar means is for whoever reads it, by YAML 1.2 and not by 1.1.
                let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
                // Nodes refer to their anchors weakly; the parser owns them.
                try withExtendedLifetime(parser) {
                    guard let node = try parser.singleRoot() else { return report(line: 1, message: "is empty") }
                    root = convert(node, path: "", depth: 0)
                }
                return
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                if mark(context.mark) { continue }
                let list = names.map { quoted(bare($0)) }.joined(separator: ", ")
                return report(line: context.mark.line, message: "a key is given twice: \(list)")
            } catch {
                return report(error)
            }
        }
        report(line: 1, message: "more than \(Self.maxRepeatedKeys) keys are given twice")
    }

    /// Makes the key at `mark` differ from its later repetition, so that reading can go on.
    private mutating func mark(_ mark: Mark) -> Bool {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard mark.line >= 1, mark.line <= lines.count else { return false }
        var scalars = Array(lines[mark.line - 1].unicodeScalars)
        var column = mark.column - 1
        guard column >= 0, column < scalars.count, !"{[&*!?".unicodeScalars.contains(scalars[column]) else {
            return false
        }
        if scalars[column] == "\"" || scalars[column] == "'" { column += 1 }
        let prefix = Array("\(SpecText.marker)\(marks.count + 10)\(SpecText.marker)".unicodeScalars)
        scalars.insert(contentsOf: prefix, at: column)
        var line = String.UnicodeScalarView()
        line.append(contentsOf: scalars)
        lines[mark.line - 1] = String(line)
        text = lines.joined(separator: "\n")
        marks.append((mark.line, column + 1))
        return true
    }

    /// The key without a mark.
    private func bare(_ key: String) -> String {
        let parts = key.unicodeScalars.split(
            separator: SpecText.marker, maxSplits: 2, omittingEmptySubsequences: false)
        // An escape in quotes can spell the mark too, but not one that was put.
        guard parts.count == 3, parts[0].isEmpty, let number = Int(String(parts[1])),
            (10..<10 + marks.count).contains(number)
        else { return key }
        return String(parts[2])
    }

    private func column(_ mark: Mark) -> Int {
        mark.column - 4 * marks.count { $0.line == mark.line && $0.column < mark.column }
    }
}

extension YAMLDocument {
    private mutating func convert(_ node: Node, path: String, depth: Int) -> YAMLNode {
        let line = min(node.mark?.line ?? 1, lastLine)
        func refuse(_ message: String) -> YAMLNode {
            report(line: line, path: path, message: message)
            return YAMLNode(line: line, content: .refused)
        }
        // A secret without quotes that begins with & or ! is taken for one.
        func shown(_ name: String) -> String { path.hasPrefix("alerts") ? "" : " (\(name.prefix(40)))" }
        guard depth <= Self.maxDepth else { return refuse("nested deeper than \(Self.maxDepth) levels") }
        if let anchor = node.anchor {
            return refuse("anchors and aliases are not allowed\(shown("&" + anchor.rawValue)); write the value out")
        }
        switch node {
        case .scalar(let scalar):
            let tag = scalar.tag.rawValue
            guard tag.isEmpty || (tag == Tag.Name.str.rawValue && scalar.style != .plain) else {
                return refuse("tags are not allowed\(shown(tag)); remove it")
            }
            return YAMLNode(line: line, content: .scalar(scalar.string, isPlain: scalar.style == .plain))
        case .sequence(let list):
            guard list.tag.rawValue.isEmpty else { return refuse("tags are not allowed; remove it") }
            var values: [YAMLNode] = []
            for (index, value) in list.enumerated() {
                values.append(convert(value, path: "\(path)[\(index)]", depth: depth + 1))
            }
            return YAMLNode(line: line, content: .list(values))
        case .mapping(let mapping):
            guard mapping.tag.rawValue.isEmpty else { return refuse("tags are not allowed; remove it") }
            return YAMLNode(line: line, content: .mapping(entries(mapping, path: path, depth: depth)))
        case .alias:
            return refuse("anchors and aliases are not allowed; write the value out")
        }
    }

    private mutating func entries(_ mapping: Node.Mapping, path: String, depth: Int) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var firstLines: [String: Int] = [:]
        for (keyNode, valueNode) in mapping {
            let line = keyNode.mark?.line ?? 1
            guard case .scalar(let scalar) = keyNode, keyNode.anchor == nil else {
                report(line: line, path: path, message: "a key must be text")
                continue
            }
            let key = bare(scalar.string)
            let keyPath = path.isEmpty ? key : path + "." + key
            if key == "<<", scalar.style == .plain {
                report(line: line, path: path, message: "merge keys (<<) are not allowed; write the values out")
            } else if let first = firstLines[key] {
                report(line: line, path: keyPath, message: "is given again; it stands in line \(first) already")
            } else {
                firstLines[key] = line
                let value = convert(valueNode, path: keyPath, depth: depth + 1)
                entries.append(YAMLNode.Entry(key: key, line: line, value: value))
            }
        }
        return entries
    }

    private mutating func report(_ error: any Error) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let line = (1...lines.count).contains(mark.line) ? String(lines[mark.line - 1]) : ""
            // libyaml says "found character that cannot start any token", or less.
            if line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
                return report(
                    line: mark.line, column: column(mark), message: "a tab indents this line; YAML wants spaces")
            }
            if problem.contains("nesting level") {
                return report(line: mark.line, message: "nested deeper than \(Self.maxDepth) levels")
            }
            // A text that is not closed is noticed at the end of the file; where it began helps more.
            let begin = context.map { $0.text + " that begins in line \(min($0.mark.line, lastLine)): " } ?? ""
            let rest =
                [Substring(line.unicodeScalars.dropFirst(max(0, mark.column - 1)))] + lines.dropFirst(max(0, mark.line))
            let isAtEnd = rest.allSatisfy { $0.allSatisfy(\.isWhitespace) }
            let place = isAtEnd ? context?.mark ?? mark : mark
            report(line: place.line, column: column(place), message: "this is no YAML: \(begin)\(problem)")
        case YamlError.reader(let problem, _, _, _):
            report(line: 1, message: "this is no YAML: \(problem)")
        default:
            report(line: 1, message: "this is no YAML: \(quoted(String(describing: error)))")
        }
    }
}
