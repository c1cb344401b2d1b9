/// What an answer, or that there was none, means for a message.
public enum ResponseClass: Hashable, Sendable {
    /// The provider has it.
    case ok
    /// It was certainly not processed; seconds to wait when the provider said so.
    case retry(after: Double?)
    /// It may have been processed: sending it again may tell twice.
    case ambiguous
    /// The same can succeed when shorter and plain.
    case shrink
    /// It never succeeds unchanged.
    case permanent(Scope)

    /// What is wrong for good.
    public enum Scope: String, Hashable, Sendable, Codable, CaseIterable {
        case recipient, channel, config, content
    }

    /// As it is journaled and shown: `OK`, `RETRY`, `AMBIGUOUS`, `SHRINK`, `PERMANENT(config)`.
    public var name: String {
        switch self {
        case .ok: "OK"
        case .retry: "RETRY"
        case .ambiguous: "AMBIGUOUS"
        case .shrink: "SHRINK"
        case .permanent(let scope): "PERMANENT(\(scope.rawValue))"
        }
    }
}
