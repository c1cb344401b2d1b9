internal import MarketData

// MARK: One record, looked at closely

extension QualityMonitor {
    /// - Parameters:
    ///   - stretch: the first of the records before this one that have its header.
    ///   - runStart: where the run begins; the tail of the run before stands ahead of it.
    mutating func look(at record: RecordView, stretch: UnsafeRawPointer, runStart: UnsafeRawPointer) {
        switch record.type {
        case RecordType.mbo: look(at: record, MboLayout.self, stretch, runStart)
        case RecordType.trade: look(at: record, TradeLayout.self, stretch, runStart)
        case RecordType.mbp1: look(at: record, Mbp1Layout.self, stretch, runStart)
        case RecordType.mbp10: look(at: record, Mbp10Layout.self, stretch, runStart)
        case RecordType.cmbp1, RecordType.tcbbo, RecordType.cbbo1s, RecordType.cbbo1m, RecordType.bbo1s,
            RecordType.bbo1m:
            lookAtTimes(record, flags: record.bytes[30], received: record.bytes.load(at: 32))
        case RecordType.ohlcvDeprecated, RecordType.ohlcv1s...RecordType.ohlcvEndOfDay:
            // A bar is dated to its start and sent at its end: it proves data then, and no order.
            if record.tsEvent != .max { marketDataCame(at: max(latest, record.tsEvent), record.instrumentID) }
        default: lookAtOther(record)
        }
        session?.report.counts.records += 1
    }

    private mutating func lookAtOther(_ record: RecordView) {
        switch record.type {
        case RecordType.system:
            if record.isMark { markCame(at: record.tsEvent) }
        case RecordType.definition:
            if let definition = record.asDefinition {
                define(record.instrumentID, isKnown: definition.updateAction != UInt8(ascii: "D"))
            }
        case RecordType.symbolMapping:
            instruments.announce(record.instrumentID)
        case RecordType.error:
            // Code 7: records were skipped after slow reading. Source: `dbn-format.md`, section 3.
            if record.byteCount >= 320, record.bytes[318] == 7 {
                let time = record.tsEvent == .max ? latest : max(latest, record.tsEvent)
                addGap(.skipped, from: time, to: time)
            }
        default: break
        }
    }

    private mutating func define(_ id: InstrumentID, isKnown: Bool) {
        instruments.define(id, isKnown)
        memory.remember(id, isDefined: isKnown)
    }

    private mutating func look<Layout: ScanLayout>(
        at record: RecordView, _: Layout.Type, _ stretch: UnsafeRawPointer, _ runStart: UnsafeRawPointer
    ) {
        let bytes = record.bytes
        let flags = bytes[Layout.flags]
        if flags & RecordFlags.snapshot != 0, flags & RecordFlags.maybeBadBook == 0 {
            return lookAtSnapshot(received: bytes.load(at: Layout.received))
        }
        lookAtTimes(record, flags: flags, received: bytes.load(at: Layout.received))
        if Layout.hasChannel {
            lookAtSequence(
                bytes.load(at: Layout.sequence), publisher: record.publisherID, channel: Int(bytes[Layout.flags + 1]))
        }
        guard Layout.self != TradeLayout.self, record.byteCount == Layout.stride, let base = bytes.baseAddress else {
            return
        }
        session?.report.counts.repeatable += 1
        let isFirst = stretch == runStart && base - runStart < Repeats.reach * Layout.stride
        let isRepeat =
            isFirst
            ? tail.isRepeat(Layout.self, base, start: runStart)
            : Repeats.isRepeat(Layout.self, base, notBefore: stretch)
        if isRepeat { session?.report.counts.repeats += 1 }
    }

    /// A snapshot's receive time is that of the snapshot, which is good enough to tell when it came; nothing else of it is
    /// judged.
    private mutating func lookAtSnapshot(received: UInt64) {
        let time = received == .max ? latest : max(latest, received)
        if time >= windowEnd { enterWindow(at: time) }
        session?.report.counts.noteSnapshot()
    }

    /// Everything but sequences and repeats.
    private mutating func lookAtTimes(_ record: RecordView, flags: UInt8, received: UInt64) {
        let isTimed = flags & RecordFlags.badReceiveTime == 0 && received != .max
        let time = isTimed ? received : latest
        marketDataCame(at: time, record.instrumentID)
        if flags & RecordFlags.maybeBadBook != 0 { addGap(.badBook, from: time, to: time) }
        guard isTimed else {
            session?.report.counts.badReceiveTimes += 1
            return
        }
        session?.report.counts.noteTimes(event: record.tsEvent, received: received, latest: latest)
        latestBefore = latest
        latest = max(latest, received)
    }

    /// Sequences as `QualityTerms.SequenceUse` explains them.
    private mutating func lookAtSequence(_ sequence: UInt32, publisher: UInt16, channel: Int) {
        guard terms.sequenceUse != .none else { return }
        let highest = memory.channels(of: publisher) + channel
        let known = highest.pointee
        session?.report.counts.sequencedRecords += 1
        // Serial numbers: a difference of more than half the range is a step back.
        let step = Int32(bitPattern: sequence &- known)
        guard step < 0, known != 0 else {
            highest.pointee = sequence
            if known != 0, step > 1, terms.sequenceUse == .wholeChannel { lostPackets(Int(step) - 1) }
            isBehind = false
            return
        }
        session?.report.counts.lateRecords += 1
        if !isBehind { session?.report.counts.sequenceBreaks += 1 }
        isBehind = true
        // The venue began anew; what is merely late never lies that far back.
        if step < -Self.farthestLate { highest.pointee = sequence }
    }

    private static let farthestLate: Int32 = 100_000

    private mutating func lostPackets(_ count: Int) {
        let missing = session?.report.counts.missingPackets ?? 0
        session?.report.counts.missingPackets = missing + count
        // Somewhere between the record before and this one.
        addGap(.sequence, from: latestBefore, to: latest, count: count)
    }
}

extension QualityCounts {
    fileprivate mutating func noteSnapshot() {
        marketRecords += 1
        snapshotRecords += 1
    }

    fileprivate mutating func noteTimes(event: UInt64, received: UInt64, latest: UInt64) {
        orderedRecords += 1
        if received < latest {
            outOfOrder += 1
            worstDisorderNanos = max(worstDisorderNanos, latest - received)
        }
        if event != .max, event > received {
            skewed += 1
            worstSkewNanos = max(worstSkewNanos, event - received)
        }
    }
}

extension ScanMemory {
    func remember(_ id: InstrumentID, isDefined: Bool) {
        let slot = Self.slot(id.rawValue)
        slotIDs[slot] = id.rawValue
        slotStates[slot] = isDefined ? 1 : 0
    }
}

extension UnsafeRawBufferPointer {
    /// For an offset within a checked record.
    fileprivate func load<T: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> T {
        loadUnaligned(fromByteOffset: offset, as: T.self)
    }
}
