/// Why a message cannot be made for a channel. Holds no secret.
public enum ChannelError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Something else stands where a secret is referred to.
    case notAReference
    case missingSecret(channel: String, reference: SecretReference)
    /// The secret is there and cannot be one of its kind.
    case unusableSecret(channel: String, reference: SecretReference, expected: String)
    /// The recipient, not repeated here, is no address of the channel.
    case unusableRecipient(channel: String, expected: String)
    case unusableTerms(channel: String, problem: String)

    public var description: String {
        switch self {
        case .notAReference:
            "a secret is given as env:NAME, file:PATH or exec:COMMAND, never as itself; what stands here is none of them"
        case .missingSecret(let channel, let reference):
            "channel \(channel): there is no secret at \(reference)"
        case .unusableSecret(let channel, let reference, let expected):
            "channel \(channel): what is at \(reference) is not \(expected)"
        case .unusableRecipient(let channel, let expected):
            "channel \(channel): the recipient is not \(expected)"
        case .unusableTerms(let channel, let problem): "channel \(channel): \(problem)"
        }
    }
}
