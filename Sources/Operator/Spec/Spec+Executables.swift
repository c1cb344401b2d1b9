extension Spec {
    /// Where a program of the spec lies.
    package enum Executable: Hashable, Sendable {
        case found(String)
        /// A folder, or a file without the permission.
        case notExecutable(String)
        /// The places that were looked at.
        case missing([String])
    }

    /// The program a command names: with a slash against the spec's folder, without one along `searchPath`.
    ///
    /// - Parameter searchPath: the value of `PATH`; its empty entries are skipped, not read as the working folder.
    package func executable(
        _ program: String, searchPath: String, files: SpecFiles = .disk
    ) -> Executable {
        var candidates = [SpecPath(program, in: folder).resolved]
        if !program.contains("/") {
            candidates = searchPath.split(separator: ":").map { SpecPath(program, in: String($0)).resolved }
        }
        var blocked: String?
        for path in candidates {
            switch files.executability(path) {
            case .executable: return .found(path)
            case .notExecutable: blocked = blocked ?? path
            case .missing: continue
            }
        }
        return blocked.map { .notExecutable($0) } ?? .missing(candidates)
    }
}
