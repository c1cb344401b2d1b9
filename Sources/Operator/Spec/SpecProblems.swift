/// One thing that is wrong with a spec, or worth a warning.
package struct SpecProblem: Error, Hashable, Sendable {
    /// The file to edit: the spec, or an engine configuration that it names.
    package let file: String
    /// From 1; 0 when the problem is the file itself (missing, a folder).
    package let line: Int
    /// From 1, in Unicode scalars; known for syntax errors.
    package let column: Int?
    /// The key, dotted, with the position in lists from 0: `sinks[1].file`. Empty for the document as a whole.
    package let path: String
    package let message: String

    package init(file: String, line: Int, column: Int? = nil, path: String = "", message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.message = message
    }
}

extension SpecProblem: CustomStringConvertible {
    /// `rollout/x.yaml:12: stages.canary.weight: 0.123456 is not a multiple of 0.0001`
    package var description: String {
        let position = line == 0 ? "" : ":\(line)" + (column.map { ":\($0)" } ?? "")
        return "\(file)\(position): " + (path.isEmpty ? "" : "\(path): ") + message
    }
}

/// Everything that is wrong with a spec, found in one pass; never empty.
package struct SpecProblems: Error, Hashable, Sendable {
    /// Those of the spec first, then those of other files by name; by line within a file.
    package let problems: [SpecProblem]

    /// - Parameter file: the spec.
    package init(_ problems: [SpecProblem], file: String) {
        // Both arms may name one faulty configuration.
        self.problems = Set(problems).sorted { a, b in
            (a.file == file ? 0 : 1, a.file, a.line, a.column ?? 0, a.path, a.message)
                < (b.file == file ? 0 : 1, b.file, b.line, b.column ?? 0, b.path, b.message)
        }
    }
}

extension SpecProblems: CustomStringConvertible {
    /// One line each.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Finds the name somebody meant.
enum NearestName {
    /// The nearest of `allowed`, when it is at most a third of its letters and at most three slips away.
    static func of(_ found: String, in allowed: [String]) -> String? {
        // A name this long is no slip of the finger, and the distance costs its square.
        guard found.utf8.count <= 64 else { return nil }
        let scored = allowed.map { (distance: distance(found, $0), name: $0) }
        guard let best = scored.min(by: { $0.distance < $1.distance }),
            best.distance <= max(1, min(3, best.name.count / 3))
        else { return nil }
        return best.name
    }

    /// `did you mean "weight"? allowed: a, b`
    static func advice(_ found: String, in allowed: [String]) -> String {
        let list = "allowed: \(allowed.joined(separator: ", "))"
        guard let name = of(found, in: allowed) else { return list }
        return "did you mean \"\(name)\"? \(list)"
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
    private static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a.lowercased())
        let b = Array(b)
        var beforePrevious: [Int] = []
        var previous = Array(0...b.count)
        for i in 0..<a.count {
            var current = [i + 1]
            for j in 0..<b.count {
                var cost = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforePrevious[j - 1] + 1) }
                current.append(cost)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[b.count]
    }
}

/// Text from a file as it may appear in a message: in quotes, one line, at most 60 characters.
func quoted(_ text: String) -> String {
    let visible = text.unicodeScalars.prefix(60).map { scalar -> String in
        switch scalar {
        case "\n": "\\n"
        case "\t": "\\t"
        case "\"": "\\\""
        case _ where scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format:
            "\\u{\(String(scalar.value, radix: 16))}"
        default: String(scalar)
        }
    }
    return "\"" + visible.joined() + (text.unicodeScalars.count > 60 ? "…" : "") + "\""
}
