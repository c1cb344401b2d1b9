internal import Rollout

extension SpecValue where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> SpecValue {
        SpecValue(
            shape: .integer(range), sample: range.lowerBound,
            read: { reader, key, section, usual, also in
                reader.integer(key, of: section, default: usual, in: range, also: also)
            },
            print: CanonicalJSON.integer)
    }

    /// A duration of whole seconds.
    static func seconds(_ range: ClosedRange<Int>) -> SpecValue {
        SpecValue(
            shape: .duration, sample: range.lowerBound,
            read: { reader, key, section, usual, _ in
                let value = reader.duration(
                    key, of: section, default: .seconds(usual),
                    in: .seconds(range.lowerBound)...(.seconds(range.upperBound)), wholeSeconds: true)
                return Int(value.components.seconds)
            },
            print: { .text(DurationText.print(.seconds($0))) })
    }

    static func byteCount(_ range: ClosedRange<Int>) -> SpecValue {
        SpecValue(
            shape: .byteCount, sample: range.lowerBound,
            read: { reader, key, section, usual, _ in
                reader.byteCount(key, of: section, default: usual, in: range)
            },
            print: { .text(ByteCountText.print($0)) })
    }
}

extension SpecValue where Value == Duration {
    static func duration(_ range: ClosedRange<Duration>, wholeSeconds: Bool = false) -> SpecValue {
        SpecValue(
            shape: .duration, sample: range.lowerBound,
            read: { reader, key, section, usual, _ in
                reader.duration(key, of: section, default: usual, in: range, wholeSeconds: wholeSeconds)
            },
            print: { .text(DurationText.print($0)) })
    }
}

extension SpecValue where Value == UInt64 {
    static func nanoseconds(_ range: ClosedRange<Duration>) -> SpecValue {
        SpecValue(
            shape: .duration, sample: 0,
            read: { reader, key, section, usual, _ in
                UInt64(
                    reader.duration(key, of: section, default: .nanoseconds(usual), in: range).wholeNanoseconds)
            },
            print: { .text(DurationText.print(.nanoseconds($0))) })
    }
}

extension SpecValue where Value == Double {
    static func decimal(_ range: DecimalRange) -> SpecValue {
        SpecValue(
            shape: .number(range), sample: 0,
            read: { reader, key, section, usual, also in
                let expected = "a number \(range), with at most six decimals\(also)"
                return reader.millionths(key, of: section, in: range, expected: expected).map(MillionthText.double)
                    ?? usual
            },
            print: { .decimal(MillionthText.millionths($0)) })
    }

    /// The text `>= 0`: what a mean has to reach.
    static func atLeast(_ range: DecimalRange) -> SpecValue {
        let mark = ">= "
        return SpecValue(
            shape: .text(pattern: mark + "-?[0-9]+([.][0-9]{1,6})?"), sample: 0,
            read: { reader, key, section, usual, also in
                let expected = "a text such as \">= 0\", with a number \(range)\(also)"
                guard case .scalar(let text, _)? = section.entries[key]?.value.content, text.hasPrefix(mark),
                    let number = ExactDecimal(text.dropFirst(mark.count)),
                    let value = MoneyText.micros(number), range.contains(value)
                else {
                    reader.mismatch(key, of: section, expected: expected)
                    return usual
                }
                return MillionthText.double(value)
            },
            print: { .text(mark + MillionthText.print(MillionthText.millionths($0))) })
    }
}

extension SpecValue where Value == Int64 {
    /// In micro-dollars.
    static func dollars(_ range: DecimalRange) -> SpecValue {
        SpecValue(
            shape: .number(range), sample: 0,
            read: { reader, key, section, usual, also in
                let expected = "dollars \(range), with at most six decimals, such as 0.85\(also)"
                return reader.millionths(key, of: section, in: range, expected: expected) ?? usual
            },
            print: CanonicalJSON.decimal)
    }
}

extension SpecValue where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
    /// - Parameter allowed: nil allows all words of the kind.
    static func word(_ sample: Value, among allowed: [Value]? = nil) -> SpecValue {
        let allowed = allowed ?? Array(Value.allCases)
        return SpecValue(
            shape: .words(allowed.map(\.rawValue)), sample: sample,
            read: { reader, key, section, usual, _ in
                reader.word(key, of: section, default: usual, among: allowed)
            },
            print: { .text($0.rawValue) })
    }
}

extension SpecValue {
    /// A list that names some of these words, each once; `noun` says what they are.
    static func some<Word>(_ allowed: [Word], _ noun: String) -> SpecValue
    where Value == Set<Word>, Word: RawRepresentable & Comparable & Hashable & Sendable, Word.RawValue == String {
        let names = allowed.map(\.rawValue)
        return SpecValue(
            shape: .list(.words(names), most: names.count), sample: [],
            read: { reader, key, section, usual, _ in
                let expected = "a list of \(noun)s, such as [\(names.joined(separator: ", "))]"
                guard let found = reader.texts(key, of: section, expected: expected) else { return usual }
                var words: Set<Word> = []
                for name in found {
                    guard let word = Word(rawValue: name), allowed.contains(word) else {
                        reader.report(
                            line: section.line(key), path: section.path(key),
                            "unknown \(noun) \(quoted(name)); \(NearestName.advice(name, in: names))")
                        continue
                    }
                    guard words.insert(word).inserted else {
                        reader.report(line: section.line(key), path: section.path(key), "\(name) is given twice")
                        continue
                    }
                }
                return words
            },
            print: { .list($0.sorted().map { .text($0.rawValue) }) })
    }
}

extension SpecValue where Value == ClosedRange<Int64> {
    /// `[-1.5, 3]`: what lies below 0 and above it, in millionths.
    static func around0(_ range: DecimalRange) -> SpecValue {
        SpecValue(
            shape: .list(.number(range), least: 2, most: 2), sample: 0...0,
            read: { reader, key, section, usual, _ in
                guard let entry = section.entries[key] else { return usual }
                if case .list(let nodes) = entry.value.content {
                    let bounds = nodes.compactMap(reader.millionths)
                    if nodes.count == 2, bounds.count == 2, bounds.allSatisfy(range.contains), bounds[0] < 0,
                        bounds[1] > 0
                    {
                        return bounds[0]...bounds[1]
                    }
                }
                reader.mismatch(
                    key, of: section,
                    expected: "a number below 0 and one above, such as [-1.5, 3], \(range), with at most six decimals")
                return usual
            },
            print: { .list([.decimal($0.lowerBound), .decimal($0.upperBound)]) })
    }
}

extension SpecValue where Value == [String: Int64] {
    /// Dollars by name, beside those that are known anyhow.
    static func dollarsByName(_ pattern: String, isName: @escaping @Sendable (String) -> Bool, _ range: DecimalRange)
        -> SpecValue
    {
        SpecValue(
            shape: .named(pattern, .number(range)), sample: [:],
            read: { reader, key, section, usual, _ in
                guard let entry = section.entries[key] else { return usual }
                let expected = "dollars by name, such as {NQ: 20}"
                guard case .mapping(let found) = entry.value.content,
                    let part = reader.section(key, of: section, allowed: found.map(\.key))
                else {
                    reader.mismatch(key, of: section, expected: expected)
                    return usual
                }
                var values = usual
                for name in part.entries.keys.sorted() {
                    guard isName(name) else {
                        reader.report(
                            line: part.line(name), path: part.path, "\(quoted(name)) is no name that matches \(pattern)"
                        )
                        continue
                    }
                    values[name] = SpecValue<Int64>.dollars(range).read(&reader, name, part, 0, "")
                }
                return values
            },
            print: { .object($0.mapValues(CanonicalJSON.decimal)) })
    }
}

extension SpecReader {
    /// A number in millionths; nil after saying what is wrong with it.
    mutating func millionths(
        _ key: String, of section: SpecSection, in range: DecimalRange, expected: String
    ) -> Int64? {
        guard let entry = section.entries[key] else { return nil }
        if let value = millionths(entry.value), range.contains(value) { return value }
        mismatch(key, of: section, expected: expected)
        return nil
    }

    func millionths(_ node: YAMLNode) -> Int64? {
        guard case .scalar(let text, true) = node.content, case .number(let number) = ScalarMeaning(plain: text) else {
            return nil
        }
        return MoneyText.micros(number)
    }
}
