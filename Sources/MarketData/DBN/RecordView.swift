// The one file of unsafe reads. Invariant: a `RecordView` is made only over bytes that `RecordDecoder` (or `RecordBuffer`)
// has checked: the header's length is available in full and at least the minimum of its record type and version, so
// every accessor below stays inside the record. Records may start at any address: all loads are unaligned.

/// One record, in place. Valid only as long as the run or buffer it came from.
@frozen public struct RecordView {
    @usableFromInline let base: UnsafeRawPointer

    @inlinable init(base: UnsafeRawPointer) { self.base = base }

    @inlinable func load<T: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: T.Type = T.self) -> T {
        base.loadUnaligned(fromByteOffset: offset, as: T.self)
    }

    /// Bytes of the whole record, from the header's length in 4-byte words.
    @inlinable public var byteCount: Int { Int(load(0, as: UInt8.self)) &* 4 }
    @inlinable public var type: UInt8 { load(1) }
    @inlinable public var publisherID: UInt16 { load(2) }
    @inlinable public var instrumentID: InstrumentID { InstrumentID(load(4)) }
    @inlinable public var tsEvent: UInt64 { load(8) }
    @inlinable public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: byteCount) }

    /// `ts_recv` where the type has one and it is set, else `ts_event`: what files are ordered by.
    @inlinable public var indexTime: UInt64 {
        let offset: Int
        switch type {
        case RecordType.mbo: offset = 40
        case RecordType.trade, RecordType.mbp1, RecordType.mbp10, RecordType.cmbp1, RecordType.cbbo1s,
            RecordType.cbbo1m,
            RecordType.tcbbo, RecordType.bbo1s, RecordType.bbo1m:
            offset = 32
        case RecordType.status, RecordType.definition, RecordType.imbalance, RecordType.statistics: offset = 16
        default: return tsEvent
        }
        let received = load(offset, as: UInt64.self)
        return received == .max ? tsEvent : received
    }

    @inlinable public var asMbo: MboView? { type == RecordType.mbo ? MboView(record: self) : nil }

    /// TradeMsg, Mbp1Msg and Mbp10Msg share the layout of their first 48 bytes.
    @inlinable public var asTrade: TradeView? {
        type == RecordType.trade || type == RecordType.mbp1 || type == RecordType.mbp10 ? TradeView(record: self) : nil
    }

    /// Every type with a best bid and ask: market by price, its intervals, and both consolidated over publishers.
    @inlinable public var asTopOfBook: TopOfBookView? {
        switch type {
        case RecordType.mbp1, RecordType.mbp10, RecordType.cmbp1, RecordType.cbbo1s, RecordType.cbbo1m,
            RecordType.tcbbo, RecordType.bbo1s, RecordType.bbo1m:
            TopOfBookView(record: self)
        default: nil
        }
    }

    /// Version 3 only; upgrade older records first.
    @inlinable public var asDefinition: DefinitionView? {
        type == RecordType.definition && byteCount >= 520 ? DefinitionView(record: self) : nil
    }

    /// Version 3 only; upgrade older records first.
    @inlinable public var asStatistics: StatisticsView? {
        type == RecordType.statistics && byteCount >= 80 ? StatisticsView(record: self) : nil
    }

    /// Versions 2 and 3.
    @inlinable public var asSymbolMapping: SymbolMappingView? {
        type == RecordType.symbolMapping && byteCount >= 176 ? SymbolMappingView(record: self) : nil
    }

    /// Versions 2 and 3.
    @inlinable public var asSystem: SystemView? {
        type == RecordType.system && byteCount >= 320 ? SystemView(record: self) : nil
    }

    @inlinable public var asStatus: StatusView? { type == RecordType.status ? StatusView(record: self) : nil }

    /// Whether this is the operator's time stamp in the stream (a heartbeat of publisher 0 on instrument 0).
    @inlinable public var isMark: Bool {
        type == RecordType.system && publisherID == 0 && load(4, as: UInt32.self) == 0 && byteCount >= 320
            && load(319, as: UInt8.self) == 0
    }

    /// A NUL-padded text field, at most `length` bytes.
    public func text(at offset: Int, length: Int) -> String {
        let field = UnsafeRawBufferPointer(start: base + offset, count: length)
        return String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }
}

/// Market by order: one order event.
@frozen public struct MboView {
    public let record: RecordView
    @inlinable init(record: RecordView) { self.record = record }
    @inlinable public var orderID: UInt64 { record.load(16) }
    @inlinable public var priceNanos: Int64 { record.load(24) }
    @inlinable public var size: UInt32 { record.load(32) }
    @inlinable public var flags: UInt8 { record.load(36) }
    @inlinable public var channelID: UInt8 { record.load(37) }
    /// ASCII: A, C, M, R, T, F or N.
    @inlinable public var action: UInt8 { record.load(38) }
    /// ASCII: B, A or N.
    @inlinable public var side: UInt8 { record.load(39) }
    @inlinable public var tsRecv: UInt64 { record.load(40) }
    @inlinable public var sequence: UInt32 { record.load(52) }
}

/// A trade, or the event that led to a market-by-price update, with its levels.
@frozen public struct TradeView {
    public let record: RecordView
    @inlinable init(record: RecordView) { self.record = record }
    @inlinable public var priceNanos: Int64 { record.load(16) }
    @inlinable public var size: UInt32 { record.load(24) }
    @inlinable public var action: UInt8 { record.load(28) }
    @inlinable public var side: UInt8 { record.load(29) }
    @inlinable public var flags: UInt8 { record.load(30) }
    @inlinable public var tsRecv: UInt64 { record.load(32) }
    @inlinable public var levelCount: Int {
        record.type == RecordType.mbp10 ? 10 : record.type == RecordType.mbp1 ? 1 : 0
    }
    /// Best bid and ask prices of a market-by-price record (undefined where a side is empty); nil for a bare trade.
    @inlinable public var topOfBook: (bidNanos: Int64, askNanos: Int64)? {
        levelCount == 0 ? nil : (record.load(48), record.load(56))
    }
}

/// The best prices, which all types that have them keep at one place.
@frozen public struct TopOfBookView {
    public let record: RecordView
    @inlinable init(record: RecordView) { self.record = record }
    /// Of the trade that an event record tells; the last trade of an interval. Undefined without one.
    @inlinable public var priceNanos: Int64 { record.load(16) }
    /// ASCII: A, C, M, R, T or N; reserved in interval types.
    @inlinable public var action: UInt8 { record.load(28) }
    @inlinable public var flags: UInt8 { record.load(30) }
    @inlinable public var tsRecv: UInt64 { record.load(32) }
    /// Undefined where the side is empty.
    @inlinable public var bidNanos: Int64 { record.load(48) }
    @inlinable public var askNanos: Int64 { record.load(56) }
    /// Whether the record stands for an interval and not for an event.
    @inlinable public var isInterval: Bool {
        switch record.type {
        case RecordType.cbbo1s, RecordType.cbbo1m, RecordType.bbo1s, RecordType.bbo1m: true
        default: false
        }
    }
}

/// A version 3 instrument definition: what an option chain needs.
@frozen public struct DefinitionView {
    public let record: RecordView
    @inlinable init(record: RecordView) { self.record = record }
    public var tsRecv: UInt64 { record.load(16) }
    public var minPriceIncrementNanos: Int64 { record.load(24) }
    public var expiration: UInt64 { record.load(40) }
    public var activation: UInt64 { record.load(48) }
    public var unitOfMeasureQuantityNanos: Int64 { record.load(80) }
    public var strikePriceNanos: Int64 { record.load(104) }
    public var underlyingID: UInt32 { record.load(140) }
    public var contractMultiplier: Int32 { record.load(176) }
    public var rawSymbol: String { record.text(at: 238, length: 71) }
    public var group: String { record.text(at: 309, length: 21) }
    public var asset: String { record.text(at: 335, length: 11) }
    public var underlying: String { record.text(at: 391, length: 21) }
    /// ASCII: F future, C call, P put, S spread, and others.
    public var instrumentClass: UInt8 { record.load(487) }
    /// ASCII: A add, M modify, D delete.
    public var updateAction: UInt8 { record.load(493) }
    public var tickRule: UInt8 { record.load(500) }
}

/// A version 3 venue statistic.
@frozen public struct StatisticsView {
    public static let openInterest: UInt16 = 9
    public let record: RecordView
    @inlinable init(record: RecordView) { self.record = record }
    @inlinable public var tsRecv: UInt64 { record.load(16) }
    @inlinable public var priceNanos: Int64 { record.load(32) }
    @inlinable public var quantity: Int64 { record.load(40) }
    @inlinable public var statisticType: UInt16 { record.load(56) }
    /// 1 new, 2 delete.
    @inlinable public var updateAction: UInt8 { record.load(60) }
}

@frozen public struct SymbolMappingView {
    public let record: RecordView
    @inlinable init(record: RecordView) { self.record = record }
    public var symbolIn: String { record.text(at: 17, length: 71) }
    public var symbolOut: String { record.text(at: 89, length: 71) }
}

@frozen public struct SystemView {
    public let record: RecordView
    @inlinable init(record: RecordView) { self.record = record }
    public var message: String { record.text(at: 16, length: 303) }
    @inlinable public var code: UInt8 { record.load(319) }
}

@frozen public struct StatusView {
    public let record: RecordView
    @inlinable init(record: RecordView) { self.record = record }
    @inlinable public var tsRecv: UInt64 { record.load(16) }
    @inlinable public var action: UInt16 { record.load(24) }
    /// ASCII: Y, N or ~.
    @inlinable public var isTrading: UInt8 { record.load(30) }
}

/// Whole, checked records that lie back to back in memory.
///
/// Borrowed: valid only inside the call that handed it out.
@frozen public struct RecordRun: Sequence {
    public let bytes: UnsafeRawBufferPointer

    /// Only for bytes that were checked; see the invariant at the top of this file.
    @inlinable init(checked bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The rest of a run's bytes from the start of one of its records on.
    ///
    /// - Precondition: `bytes` are a run's, and `offset` is 0, their count, or a sum of its records' lengths.
    @inlinable public init(within bytes: UnsafeRawBufferPointer, from offset: Int) {
        precondition(offset >= 0 && offset <= bytes.count, "offset \(offset) is outside of \(bytes.count) bytes")
        self.bytes = UnsafeRawBufferPointer(rebasing: bytes[offset...])
    }

    @inlinable public func makeIterator() -> Iterator {
        Iterator(position: bytes.baseAddress, end: bytes.baseAddress.map { $0 + bytes.count })
    }

    @frozen public struct Iterator: IteratorProtocol {
        @usableFromInline var position: UnsafeRawPointer?
        @usableFromInline let end: UnsafeRawPointer?

        @inlinable init(position: UnsafeRawPointer?, end: UnsafeRawPointer?) {
            self.position = position
            self.end = end
        }

        @inlinable public mutating func next() -> RecordView? {
            guard let start = position, let end, start < end else { return nil }
            let record = RecordView(base: start)
            position = start + record.byteCount
            return record
        }
    }
}
