public import MarketData
internal import Synchronization

/// What the host lends an engine to remember closed sessions by (design, section 4, "What an engine remembers").
///
/// An engine looks at it only when a session opens and saves only at a close. Input and output are the host's: a host
/// with files keeps one per session and renames it into place. What comes back is bytes from outside; an engine checks
/// them.
public protocol EngineMemory: Sendable {
    /// The newest states saved for sessions before `date`, at most `count`, ascending by session.
    func states(before date: CivilDate, atMost count: Int) -> [(session: CivilDate, bytes: [UInt8])]

    /// The newest fed-back outcomes (JSON lines) of sessions before `date`, at most `count` sessions, ascending.
    func outcomes(before date: CivilDate, atMost count: Int) -> [(session: CivilDate, bytes: [UInt8])]

    /// Keeps the state of a session that closed; in place of what was saved for it before.
    func save(session: CivilDate, bytes: [UInt8])
}

/// Nothing is remembered: every session is the first.
public struct NoMemory: EngineMemory {
    public init() {}

    public func states(before date: CivilDate, atMost count: Int) -> [(session: CivilDate, bytes: [UInt8])] { [] }
    public func outcomes(before date: CivilDate, atMost count: Int) -> [(session: CivilDate, bytes: [UInt8])] { [] }
    public func save(session: CivilDate, bytes: [UInt8]) {}
}

/// Sessions remembered as long as the process lives: for pipes, judges and tests.
///
/// Keeps the newest `capacity` sessions of each kind.
public final class ProcessMemory: EngineMemory {
    private struct Content {
        var states: [CivilDate: [UInt8]] = [:]
        var outcomes: [CivilDate: [UInt8]] = [:]
    }

    private let capacity: Int
    private let content = Mutex(Content())

    /// - Parameter capacity: at least 1; fewer than an engine looks back on makes it forget.
    public init(capacity: Int = 64) { self.capacity = max(1, capacity) }

    public func states(before date: CivilDate, atMost count: Int) -> [(session: CivilDate, bytes: [UInt8])] {
        content.withLock { Self.newest($0.states, before: date, atMost: count) }
    }

    public func outcomes(before date: CivilDate, atMost count: Int) -> [(session: CivilDate, bytes: [UInt8])] {
        content.withLock { Self.newest($0.outcomes, before: date, atMost: count) }
    }

    public func save(session: CivilDate, bytes: [UInt8]) {
        content.withLock { Self.put(bytes, session, into: &$0.states, capacity) }
    }

    /// Feeds back what became of a session's signals, as the operator does with files.
    public func feedBack(session: CivilDate, outcomes bytes: [UInt8]) {
        content.withLock { Self.put(bytes, session, into: &$0.outcomes, capacity) }
    }

    private static func put(
        _ bytes: [UInt8], _ session: CivilDate, into all: inout [CivilDate: [UInt8]], _ capacity: Int
    ) {
        all[session] = bytes
        if all.count > capacity, let oldest = all.keys.min() { all[oldest] = nil }
    }

    private static func newest(
        _ all: [CivilDate: [UInt8]], before date: CivilDate, atMost count: Int
    ) -> [(session: CivilDate, bytes: [UInt8])] {
        all.filter { $0.key < date }.sorted { $0.key < $1.key }.suffix(max(0, count)).map { ($0.key, $0.value) }
    }
}
