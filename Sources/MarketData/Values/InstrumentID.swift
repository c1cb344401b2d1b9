/// The venue's number for an instrument, unique within a session date.
public struct InstrumentID: Hashable, Comparable, Sendable {
    public let rawValue: UInt32

    @inlinable public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    @inlinable public static func < (a: InstrumentID, b: InstrumentID) -> Bool { a.rawValue < b.rawValue }
}

extension InstrumentID: CustomStringConvertible {
    public var description: String { String(rawValue) }
}
