internal import MarketData
internal import Signals

/// Where in the feed an engine is.
struct FeedClock: Sendable {
    /// The feed's time: the running maximum of the records' index times, in ns since 1970.
    var now: UInt64 = 0
    /// The feed time at which the engine next wants `timeArrived`.
    var alarm: UInt64 = 0
    /// Records seen so far.
    var records: UInt64 = 0
    /// `ts_event` of the last record.
    var lastTsEvent: UInt64 = 0
    /// The `records` of the last progress line.
    var reported: UInt64?
}

/// The record an engine is looking at.
struct Cause {
    let index: UInt64
    let tsEvent: UInt64
}

/// An engine that reacts to trades, reference data and passing time. The one loop over records is here.
protocol FeedDriven: SignalEngine {
    var clock: FeedClock { get set }
    /// Whether `observe` also wants order events that are no trades; they are most of a feed.
    static var observesOrders: Bool { get }
    /// Whether marks and the end of input are answered (only a test engine says no).
    var answers: Bool { get }

    /// Feed time reached `clock.alarm` with the record `cause`, which is observed afterwards. Must set a later alarm.
    mutating func timeArrived(_ cause: Cause, into output: inout EngineOutput)
    mutating func observe(_ record: RecordView, _ cause: Cause, into output: inout EngineOutput)
    /// After each mark, before its progress line.
    mutating func markPassed(into output: inout EngineOutput)
}

extension FeedDriven {
    static var observesOrders: Bool { false }
    var answers: Bool { true }
    mutating func markPassed(into output: inout EngineOutput) {}
    public var recordCount: UInt64 { clock.records }

    @inline(__always)
    mutating func follow(_ run: RecordRun, firstIndex: UInt64, into output: inout EngineOutput) {
        var index = firstIndex
        var now = clock.now
        var alarm = clock.alarm
        var tsEvent = clock.lastTsEvent
        for record in run {
            let time = record.indexTime
            // "No time" is the largest number and must not become the feed's time.
            if time > now, time != .max {
                now = time
                if now >= alarm {
                    clock.now = now
                    timeArrived(Cause(index: index, tsEvent: record.tsEvent), into: &output)
                    alarm = clock.alarm
                }
            }
            if let order = record.asMbo {
                if Self.observesOrders || order.action == UInt8(ascii: "T") {
                    clock.now = now
                    observe(record, Cause(index: index, tsEvent: record.tsEvent), into: &output)
                }
            } else {
                clock.now = now
                observe(record, Cause(index: index, tsEvent: record.tsEvent), into: &output)
                if record.isMark { answer(record, index: index, into: &output) }
            }
            tsEvent = record.tsEvent
            index += 1
        }
        clock.lastTsEvent = tsEvent
        clock.now = now
        clock.records = index
    }

    private mutating func answer(_ mark: RecordView, index: UInt64, into output: inout EngineOutput) {
        markPassed(into: &output)
        guard answers else { return }
        clock.reported = index + 1
        output.append(Progress(records: index + 1, tsEvent: Timestamp(nanos: mark.tsEvent), missing: missing))
    }

    public mutating func finish(into output: inout EngineOutput) {
        guard answers, clock.reported != clock.records else { return }
        clock.reported = clock.records
        output.append(
            Progress(records: clock.records, tsEvent: Timestamp(nanos: clock.lastTsEvent), missing: missing))
    }
}
