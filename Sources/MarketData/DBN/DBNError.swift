/// What is wrong with bytes that should be DBN. `offset` counts decompressed bytes from the start of the input.
public enum DBNError: Error, Hashable, Sendable {
    case notDBN(firstBytes: [UInt8])
    case obsoleteDBZ
    case unsupportedVersion(UInt8)
    case metadata(offset: Int, reason: String)
    case recordTooShort(offset: Int, recordType: UInt8, length: Int, minimum: Int)
    case damagedCompression(offset: Int, reason: String)
    /// A fragment has no metadata; its version must follow from record lengths or be given.
    case unknownVersion(offset: Int)
}

extension DBNError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notDBN(let bytes):
            let hex = SHA256.hex(bytes)
            return
                "not a DBN file: it begins with bytes \(hex.isEmpty ? "(none)" : hex), expected \"DBN\" (44424e) or a Zstandard frame (28b52ffd)"
        case .obsoleteDBZ:
            return "this is DBZ, the format before DBN, which is not read; convert it with databento's own tools"
        case .unsupportedVersion(let version):
            return "DBN version \(version) is not supported; versions 1, 2 and 3 are"
        case .metadata(let offset, let reason):
            return "damaged DBN metadata at byte \(offset): \(reason)"
        case .recordTooShort(let offset, let type, let length, let minimum):
            return
                "record at byte \(offset) of type \(type) says it is \(length) bytes long, at least \(minimum) are needed: the file is damaged"
        case .damagedCompression(let offset, let reason):
            return "damaged Zstandard data at compressed byte \(offset): \(reason)"
        case .unknownVersion(let offset):
            return
                "a fragment without metadata: the DBN version cannot be told from the record at byte \(offset); give it with --version"
        }
    }
}
