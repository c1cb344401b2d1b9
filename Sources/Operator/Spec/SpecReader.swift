/// A mapping of the spec whose keys were checked.
struct SpecSection {
    /// Dotted, empty for the whole spec.
    let path: String
    /// Of the key that holds the mapping.
    let line: Int
    /// As far as they are allowed.
    let entries: [String: YAMLNode.Entry]

    func path(_ key: String) -> String { path.isEmpty ? key : path + "." + key }

    /// Where to report that a key has a wrong value or is missing.
    func line(_ key: String) -> Int { entries[key]?.line ?? line }

    func has(_ key: String) -> Bool { entries[key] != nil }
}

/// Takes typed values out of a document and collects what is wrong on the way; after a problem reading goes on with
/// the default.
struct SpecReader {
    let file: String
    private(set) var problems: [SpecProblem]
    /// The line of every key that was read, for warnings.
    private(set) var lines: [String: Int] = [:]
    /// Messages repeat nothing that stands in the file: secrets are referred to here, and somebody may have put one itself.
    var conceals = false

    init(file: String, problems: [SpecProblem] = []) {
        self.file = file
        self.problems = problems
    }

    mutating func report(line: Int, path: String, _ message: String) {
        problems.append(SpecProblem(file: file, line: line, path: path, message: message))
    }

    mutating func add(_ more: [SpecProblem]) { problems.append(contentsOf: more) }

    /// The mapping at `node` with unknown keys reported; nil when it is none.
    ///
    /// - Parameter also: what may stand there besides, for messages: ` or off`.
    mutating func section(
        _ node: YAMLNode, path: String, line: Int, allowed: [String], also: String = ""
    ) -> SpecSection? {
        switch node.content {
        case .refused: return nil
        case .mapping(let found):
            var entries: [String: YAMLNode.Entry] = [:]
            for entry in found {
                let keyPath = path.isEmpty ? entry.key : path + "." + entry.key
                guard allowed.contains(entry.key) else {
                    let advice = NearestName.advice(entry.key, in: allowed)
                    report(line: entry.line, path: path, "unknown key\(shown(entry.key, in: allowed)); \(advice)")
                    continue
                }
                lines[keyPath] = entry.line
                entries[entry.key] = entry
            }
            return SpecSection(path: path, line: line, entries: entries)
        case .list, .scalar:
            let keys = "expected a mapping with \(allowed.joined(separator: ", "))"
            report(line: node.line, path: path, "\(keys)\(also); found \(kind(node))")
            return nil
        }
    }

    private func kind(_ node: YAMLNode) -> String { conceals ? node.bareKind : node.kind }

    /// The text for a message, unless it is concealed; what is nearly an allowed name is none to hide.
    private func shown(_ text: String, in allowed: [String]) -> String {
        conceals && NearestName.of(text, in: allowed) == nil ? "" : " " + quoted(text)
    }

    /// The mapping under `key`; nil when there is none, which is reported when it is `required`.
    mutating func section(
        _ key: String, of parent: SpecSection, allowed: [String], required: Bool = false, also: String = ""
    ) -> SpecSection? {
        guard let entry = parent.entries[key] else {
            if required { missing(key, of: parent) }
            return nil
        }
        return section(entry.value, path: parent.path(key), line: entry.line, allowed: allowed, also: also)
    }

    mutating func missing(_ key: String, of section: SpecSection) {
        report(line: section.line, path: section.path, "the key \"\(key)\" is missing")
    }

    /// Reports that the value under `key` is something else.
    mutating func mismatch(_ key: String, of section: SpecSection, expected: String) {
        guard let entry = section.entries[key] else { return }
        mismatch(entry.value, path: section.path(key), expected: expected)
    }

    mutating func mismatch(_ node: YAMLNode, path: String, expected: String) {
        if case .refused = node.content { return }
        report(line: node.line, path: path, "expected \(expected), found \(kind(node))")
    }
}

extension SpecReader {
    /// A text: quoted, or plain and nothing but a text.
    mutating func text(_ key: String, of section: SpecSection, expected: String) -> String? {
        guard let entry = section.entries[key] else { return nil }
        return text(entry.value, path: section.path(key), expected: expected)
    }

    mutating func text(_ node: YAMLNode, path: String, expected: String) -> String? {
        guard case .scalar(let text, let isPlain) = node.content else {
            mismatch(node, path: path, expected: expected)
            return nil
        }
        if isPlain {
            switch ScalarMeaning(plain: text) {
            case .text: break
            case .null:
                mismatch(node, path: path, expected: expected)
                return nil
            case .bool, .number, .ambiguous:
                report(
                    line: node.line, path: path, "expected \(expected), found \(kind(node)); as a text it needs quotes")
                return nil
            }
        }
        guard !text.isEmpty else {
            report(line: node.line, path: path, "expected \(expected), found an empty text")
            return nil
        }
        guard !text.unicodeScalars.contains("\0") else {
            report(line: node.line, path: path, "a text must not hold a zero byte")
            return nil
        }
        return text
    }

    /// A list of texts that is not empty.
    mutating func texts(_ key: String, of section: SpecSection, expected: String) -> [String]? {
        guard let entry = section.entries[key] else { return nil }
        guard case .list(let nodes) = entry.value.content, !nodes.isEmpty else {
            if case .list = entry.value.content {
                report(line: entry.value.line, path: section.path(key), "expected \(expected), found an empty list")
            } else {
                mismatch(key, of: section, expected: expected)
            }
            return nil
        }
        var values: [String] = []
        for (index, node) in nodes.enumerated() {
            if let text = text(node, path: "\(section.path(key))[\(index)]", expected: "a text") { values.append(text) }
        }
        return values.count == nodes.count ? values : nil
    }

    /// One of a set of words.
    ///
    /// - Parameter words: nil allows all words of the kind.
    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ key: String, of section: SpecSection, default fallback: Word, among words: [Word]? = nil
    ) -> Word where Word.RawValue == String {
        let allowed = (words ?? Array(Word.allCases)).map(\.rawValue)
        guard let text = text(key, of: section, expected: allowed.joined(separator: " or ")) else { return fallback }
        let word = Word(rawValue: text)
        if let word, allowed.contains(text) { return word }
        let message =
            word == nil
            ? "unknown value\(shown(text, in: allowed)); \(NearestName.advice(text, in: allowed))"
            : "cannot be \(quoted(text)); allowed here: \(allowed.joined(separator: ", "))"
        report(line: section.line(key), path: section.path(key), message)
        return fallback
    }

    mutating func integer(
        _ key: String, of section: SpecSection, default fallback: Int, in range: ClosedRange<Int>, also: String = ""
    ) -> Int {
        guard let entry = section.entries[key] else { return fallback }
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)\(also)"
        guard case .scalar(let text, true) = entry.value.content,
            case .number(let number) = ScalarMeaning(plain: text), let value = number.integer, range.contains(value)
        else {
            mismatch(key, of: section, expected: expected)
            return fallback
        }
        return value
    }

    /// `10s`, `1500ms`, `2h`.
    mutating func duration(
        _ key: String, of section: SpecSection, default fallback: Duration, in range: ClosedRange<Duration>,
        wholeSeconds: Bool = false
    ) -> Duration {
        guard let entry = section.entries[key] else { return fallback }
        guard case .scalar(let text, _) = entry.value.content, let value = DurationText.parse(text) else {
            var expected = "a duration such as \(DurationText.print(fallback))"
            if case .scalar(let text, true) = entry.value.content, case .number = ScalarMeaning(plain: text) {
                expected = "a duration with its unit (\(text)s?)"
            }
            mismatch(key, of: section, expected: expected)
            return fallback
        }
        guard range.contains(value) else {
            let bounds = "\(DurationText.print(range.lowerBound)) to \(DurationText.print(range.upperBound))"
            report(line: section.line(key), path: section.path(key), "\(text) is out of range; allowed: \(bounds)")
            return fallback
        }
        guard !wholeSeconds || value.components.attoseconds == 0 else {
            report(line: section.line(key), path: section.path(key), "\(text) is not a whole number of seconds")
            return fallback
        }
        return value
    }

    /// `512MiB`, or a number of bytes with the unit B.
    mutating func byteCount(
        _ key: String, of section: SpecSection, default fallback: Int, in range: ClosedRange<Int>
    ) -> Int {
        guard let entry = section.entries[key] else { return fallback }
        guard case .scalar(let text, _) = entry.value.content, let value = ByteCountText.parse(text) else {
            mismatch(key, of: section, expected: "a size such as 512MiB (units: B, KiB, MiB, GiB)")
            return fallback
        }
        guard range.contains(value) else {
            let bounds = "\(ByteCountText.print(range.lowerBound)) to \(ByteCountText.print(range.upperBound))"
            report(line: section.line(key), path: section.path(key), "\(text) is out of range; allowed: \(bounds)")
            return fallback
        }
        return value
    }
}
