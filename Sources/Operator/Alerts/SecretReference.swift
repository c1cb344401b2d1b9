/// Where a secret is: `env:NAME`, `file:PATH` or `exec:COMMAND`, as specs write it.
package enum SecretReference: Hashable, Sendable, CustomStringConvertible {
    case environment(String)
    case file(String)
    /// The program's full path and its arguments.
    case command([String])

    /// Nil when `text` is none of the three. No shell: the words of a command are split on spaces.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else { return nil }
        switch parts[0] {
        case "env":
            guard !parts[1].utf8.contains(UInt8(ascii: "=")) else { return nil }
            self = .environment(String(parts[1]))
        case "file": self = .file(String(parts[1]))
        case "exec":
            let words = parts[1].split(separator: " ").map(String.init)
            guard !words.isEmpty else { return nil }
            self = .command(words)
        default: return nil
        }
    }

    /// Without a command's arguments, which may be nobody's business.
    package var description: String {
        switch self {
        case .environment(let name): "env:\(name)"
        case .file(let path): "file:\(path)"
        case .command(let words): "exec:\(words.first ?? "")"
        }
    }
}

/// Why there is no secret; never with a value, nor with anything a command printed.
package enum SecretError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text is no reference. It is not shown: somebody may have put the secret itself there.
    case notAReference
    case environmentMissing(name: String)
    case fileUnreadable(path: String, reason: String)
    /// `mode` is of the file's permission bits.
    case fileExposed(path: String, mode: UInt32)
    case foreignLink(path: String, owner: UInt32)
    case commandFailed(command: String, reason: String)
    /// Empty, too long, no UTF-8, or with a control character.
    case unusable(SecretReference, reason: String)

    package var description: String {
        switch self {
        case .notAReference:
            "a secret is written env:NAME, file:PATH or exec:COMMAND; what stands there is none of them"
        case .environmentMissing(let name): "the environment variable \(name) is not set"
        case .fileUnreadable(let path, let reason): "cannot read the secret in \(path): \(reason)"
        case .fileExposed(let path, let mode):
            "the secret in \(path) is open to others (mode 0\(String(mode, radix: 8))); run: chmod 600 \(path)"
        case .foreignLink(let path, let owner):
            "the secret \(path) is a symbolic link of another user (\(owner)), who could point it elsewhere"
        case .commandFailed(let command, let reason): "no secret from \(command): \(reason)"
        case .unusable(let reference, let reason): "the secret of \(reference) cannot be used: \(reason)"
        }
    }
}
