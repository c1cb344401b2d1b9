/// Where a secret is kept: `env:NAME`, `file:PATH` or `exec:COMMAND`. The secret itself never stands in a spec.
public enum SecretReference: Hashable, Sendable, CustomStringConvertible {
    /// A variable of the environment.
    case environment(String)
    case file(String)
    /// A command that prints it.
    case program(String)

    /// The error never repeats `text`, which may be the secret itself.
    public init(_ text: String) throws(ChannelError) {
        guard let colon = text.firstIndex(of: ":") else { throw .notAReference }
        let rest = String(text[text.index(after: colon)...])
        guard !rest.isEmpty, rest.unicodeScalars.allSatisfy({ !ChannelText.isControl($0) }) else {
            throw .notAReference
        }
        switch text[..<colon] {
        case "env":
            let isName = rest.utf8.allSatisfy { ChannelText.isLetterOrDigit($0) || $0 == UInt8(ascii: "_") }
            guard isName, rest.utf8.first.map({ !(48...57).contains($0) }) ?? false else { throw .notAReference }
            self = .environment(rest)
        case "file": self = .file(rest)
        case "exec": self = .program(rest)
        default: throw .notAReference
        }
    }

    /// Without a command's arguments, which may be nobody's business.
    public var description: String {
        switch self {
        case .environment(let name): "env:\(name)"
        case .file(let path): "file:\(path)"
        case .program(let command): "exec:\(command.prefix { $0 != " " })"
        }
    }
}

/// Secrets as they were found. Prints as `<secret>` in every way.
public struct ResolvedSecrets: Hashable, Sendable {
    private let values: [SecretReference: String]

    /// A line end behind a value, as files and programs leave it, does not belong to it.
    public init(_ values: [SecretReference: String] = [:]) {
        self.values = values.mapValues { value in
            var scalars = value.unicodeScalars[...]
            while let last = scalars.last, last == "\n" || last == "\r" { scalars.removeLast() }
            return String(scalars)
        }
    }

    public subscript(reference: SecretReference) -> String? { values[reference] }

    /// Sorted.
    var all: [String] { values.values.sorted() }
}

/// What holds a secret and says nothing of itself.
protocol PrintsAsSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension PrintsAsSecret {
    public var description: String { "<secret>" }
    public var debugDescription: String { "<secret>" }
    public var customMirror: Mirror { Mirror(self, children: [Mirror.Child]()) }
}

extension ResolvedSecrets: PrintsAsSecret {}
extension HTTPExchange: PrintsAsSecret {}
extension MailTransaction: PrintsAsSecret {}
