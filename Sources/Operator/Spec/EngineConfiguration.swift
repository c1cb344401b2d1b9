/// Reads an engine's configuration file: a mapping, in JSON when the name ends in `.json`, else in YAML.
///
/// What the keys mean is the engine's business.
package enum EngineConfiguration {
    enum Failure: Error {
        case file(SpecFileFailure)
        case content(SpecProblems)
    }

    /// The configuration as canonical JSON; for `--candidate-config`.
    package static func load(path: String, files: SpecFiles = .disk) throws(SpecProblems) -> [UInt8] {
        switch read(path, files: files) {
        case .success(let json): return json.bytes
        case .failure(.content(let problems)): throw problems
        case .failure(.file(let failure)):
            throw SpecProblems([SpecProblem(file: path, line: 0, message: failure.message)], file: path)
        }
    }

    static func read(_ path: String, files: SpecFiles) -> Result<CanonicalJSON, Failure> {
        switch files.read(path) {
        case .failure(let failure): return .failure(.file(failure))
        case .success(let bytes):
            do {
                return .success(try parse(bytes, path: path))
            } catch {
                return .failure(.content(error))
            }
        }
    }

    private static func parse(_ bytes: [UInt8], path: String) throws(SpecProblems) -> CanonicalJSON {
        let text = try SpecText.checked(bytes, file: path)
        var problems: [SpecProblem] = []
        var json: CanonicalJSON?
        if path.hasSuffix(".json") {
            do throws(CanonicalJSON.SyntaxError) {
                json = try CanonicalJSON.read(Array(text.utf8))
            } catch {
                problems.append(SpecProblem(file: path, line: error.line, message: "this is no JSON: \(error.message)"))
            }
        } else {
            let document = YAMLDocument(text, file: path)
            problems = document.problems
            json = document.root?.json(file: path, path: "", problems: &problems)
        }
        if problems.isEmpty, case .object? = json {
        } else if problems.isEmpty {
            problems.append(SpecProblem(file: path, line: 1, message: "expected a mapping of the engine's settings"))
        }
        guard problems.isEmpty, let json else { throw SpecProblems(problems, file: path) }
        return json
    }
}
