package import Alerts

/// Why there is no secret; never with a value, nor with anything a command printed.
package enum SecretError: Error, Hashable, Sendable, CustomStringConvertible {
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
