public import MarketData

/// What is wrong with a source of market data.
public enum FeedError: Error, Sendable {
    case cannotOpen(path: String, reason: String)
    case cannotRead(path: String, reason: String)
    case damaged(path: String, DBNError)
    /// The feed reached a date its calendar knows nothing of.
    case calendar(path: String, CalendarError)
}

extension FeedError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotOpen(let path, let reason): return "cannot open \(path): \(reason)"
        case .cannotRead(let path, let reason): return "cannot read \(path): \(reason)"
        case .damaged(let path, let error): return "\(path): \(error)"
        case .calendar(let path, let error): return "\(path): \(error)"
        }
    }
}

/// Where a file ended inside a record or a compressed frame.
public struct Truncation: Hashable, Sendable {
    public let path: String
    /// Decompressed bytes up to the end of the last whole record.
    public let offset: Int
    /// Decompressed bytes after it that are no whole record.
    public let leftoverBytes: Int
    /// Whether the file also ended inside a Zstandard frame.
    public let isFrameIncomplete: Bool
}

extension Truncation: CustomStringConvertible {
    public var description: String {
        let frame = isFrameIncomplete ? ", inside a Zstandard frame" : ""
        return
            "\(path) ends inside a record: everything up to byte \(offset) was read, \(leftoverBytes) bytes are left over\(frame)"
    }
}
