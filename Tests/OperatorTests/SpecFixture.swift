import Operator

/// Texts and a file system in memory for the tests of specs.
enum SpecFixture {
    /// The shortest spec there is.
    static let minimal = """
        id: t
        calendar: 24x7
        baseline: {engine: ifd-v1}
        candidate: {engine: ifd-v3}

        """

    /// `minimal` with more keys; the first line of `more` is line 5.
    static func minimal(_ more: String) -> String { minimal + more + "\n" }

    static func files(_ contents: [String: String] = [:], executables: Set<String> = []) -> SpecFiles {
        SpecFiles(
            read: { path in contents[path].map { .success(Array($0.utf8)) } ?? .failure(.missing) },
            executability: { path in
                if executables.contains(path) { return .executable }
                return contents[path] == nil ? .missing : .notExecutable
            })
    }

    static func parse(_ text: String, files: SpecFiles = files()) throws -> Spec {
        try Spec.parse(text: text, path: "r/x.yaml", files: files)
    }

    /// What is said about `text`, without the file's name; empty when it is a spec.
    static func problems(_ text: String, files: SpecFiles = files()) -> [String] {
        problems(bytes: Array(text.utf8), files: files)
    }

    static func problems(bytes: [UInt8], files: SpecFiles = files()) -> [String] {
        do throws(SpecProblems) {
            _ = try Spec.parse(bytes: bytes, path: "r/x.yaml", files: files)
            return []
        } catch {
            return error.description.split(separator: "\n").map { line in
                line.hasPrefix("r/x.yaml:") ? String(line.dropFirst("r/x.yaml:".count)) : String(line)
            }
        }
    }
}
