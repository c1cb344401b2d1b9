/// What `tandem lint` found.
package struct LintReport: Hashable, Sendable {
    package let file: String
    /// Nil when the spec could not be read.
    package let planHash: String?
    /// The spec cannot be run with these.
    package let problems: [SpecProblem]
    /// It can be run with these.
    package let warnings: [SpecProblem]

    init(file: String, planHash: String?, problems: [SpecProblem], warnings: [SpecProblem]) {
        func sorted(_ list: [SpecProblem]) -> [SpecProblem] { SpecProblems(list, file: file).problems }
        self.file = file
        self.planHash = planHash
        self.problems = sorted(problems)
        self.warnings = sorted(warnings)
    }

    package var isValid: Bool { problems.isEmpty }

    /// A verdict, then one line per finding: `error rollout/x.yaml:12: stages.canary.weight: …`. Ends with a newline.
    package var table: String {
        func count(_ list: [SpecProblem], _ noun: String) -> String {
            "\(list.count) \(noun)\(list.count == 1 ? "" : "s")"
        }
        let verdict = isValid ? "valid" : "invalid"
        var lines = ["\(file): \(verdict), \(count(problems, "problem")), \(count(warnings, "warning"))"]
        if let planHash { lines[0] += ", plan \(planHash.prefix(12))" }
        lines += problems.map { "error    \($0)" }
        lines += warnings.map { "warning  \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// One object with `spec`, `valid`, `plan_hash`, and `problems` and `warnings` as lists of
    /// `{"file", "line", "column", "path", "message"}`; what is not known is null.
    package var json: String {
        func list(_ problems: [SpecProblem]) -> CanonicalJSON {
            .list(
                problems.map { problem in
                    .object([
                        "file": .text(problem.file), "line": problem.line == 0 ? .null : .integer(problem.line),
                        "column": problem.column.map { .integer($0) } ?? .null, "path": .text(problem.path),
                        "message": .text(problem.message),
                    ])
                })
        }
        return CanonicalJSON.object([
            "spec": .text(file), "valid": .bool(isValid), "plan_hash": planHash.map { .text($0) } ?? .null,
            "problems": list(problems), "warnings": list(warnings),
        ]).text
    }
}
