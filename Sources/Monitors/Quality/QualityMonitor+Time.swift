package import MarketData

// MARK: Time passes

extension QualityMonitor {
    /// Market data at `time`; where it has none of its own, at the latest.
    mutating func marketDataCame(at time: UInt64, _ id: InstrumentID) {
        if time >= windowEnd { enterWindow(at: time) }
        let isDefined = instruments.isDefined(id)
        memory.remember(id, isDefined: isDefined)
        session?.report.counts.noteMarketRecord(isDefined: isDefined)
    }

    mutating func markCame(at time: UInt64) {
        advance(to: time)
        latestMark = max(latestMark, time)
        // What comes next may begin a minute.
        windowEnd = 0
        noteSilence(to: time)
    }

    mutating func enterWindow(at time: UInt64) {
        advance(to: time)
        let minuteEnd = time - time % QualityHours.minuteNanos + QualityHours.minuteNanos
        windowEnd = minuteEnd
        guard session != nil else { return }
        noteSilence(to: time)
        session?.noteData(at: time)
        let multiple = time - time % interval
        if let before = session?.multiple, multiple > before, terms.markIntervalNanos != nil {
            noteDueMark(isThere: latestMark >= multiple)
        }
        session?.multiple = multiple
        // No longer than a silence may be, so that each one ends at or past the window.
        windowEnd = min(minuteEnd, multiple + interval, time + terms.silenceNanos)
        if let edge = session?.report.hours.edge(after: time) { windowEnd = min(windowEnd, edge) }
    }

    private var interval: UInt64 { max(1, terms.markIntervalNanos ?? QualityHours.minuteNanos) }

    private mutating func noteDueMark(isThere: Bool) {
        let due = session?.report.counts.marksDue ?? 0
        session?.report.counts.marksDue = due + 1
        if !isThere { session?.report.counts.marksMissing += 1 }
    }

    private mutating func noteSilence(to time: UInt64) {
        guard let open = session?.report.hours.open else { return }
        session?.noteSilence(from: max(latest, open), to: time, limit: terms.silenceNanos)
    }

    /// Ends the sessions that close at or before `time` and begins the one that is open or next.
    private mutating func advance(to time: UInt64) {
        if let close = session?.report.hours.close, time < close { return }
        finishSession()
        // Outside of its data the calendar knows no session, and nothing is judged.
        guard let next = try? calendar.session(atOrAfter: Timestamp(nanos: time)) else { return }
        session = QualitySession(next, calendar: calendar.name)
        lanes = QualityLanes()
        memory.forgetSequences()
        tail.forget()
        instruments.beginSession()
        isBehind = false
        if terms.sequenceUse == .wholeChannel { session?.report.counts.missingPackets = 0 }
    }

    private mutating func finishSession() {
        guard let close = session?.report.hours.close else { return }
        noteSilence(to: close)
        if var report = session?.report(through: close, instruments: instruments.quality, lanes: lanes.all) {
            report.isComplete = true
            finished.append(report)
        }
        session = nil
    }
}

extension QualityCounts {
    fileprivate mutating func noteMarketRecord(isDefined: Bool) {
        marketRecords += 1
        samples += 1
        if !isDefined { undefined += 1 }
    }
}

// MARK: What others know

extension QualityMonitor {
    /// The best bid and ask of an underlying, new or told again; nil for an empty side. Times never go back.
    @inline(__always)
    package mutating func quote(of id: InstrumentID, bid: Int64?, ask: Int64?, at time: UInt64) {
        let lane = lanes.place(of: id)
        if !lanes.all[lane].isUnremarkable(bid: bid, ask: ask, at: time) {
            quoteIsRemarkable(lane, bid: bid, ask: ask, at: time)
        }
    }

    @inline(never)
    private mutating func quoteIsRemarkable(_ lane: Int, bid: Int64?, ask: Int64?, at time: UInt64) {
        guard let hours = session?.report.hours else { return }
        lanes.all[lane].quote(bid: bid, ask: ask, at: time, hours, terms)
    }

    /// Continuous trading of an underlying goes on or began.
    package mutating func tradingResumed(of id: InstrumentID, at time: UInt64) { trading(.on, id, time) }

    /// An underlying does not trade by the timetable: before an open, in an auction, after a close; or it expired.
    package mutating func tradingPaused(of id: InstrumentID, at time: UInt64) { trading(.off, id, time) }

    /// The venue stopped trading of an underlying out of turn; taints until it resumes.
    package mutating func tradingHalted(of id: InstrumentID, at time: UInt64) { trading(.halted, id, time) }

    private mutating func trading(_ now: QualityLane.Trading, _ id: InstrumentID, _ time: UInt64) {
        guard let hours = session?.report.hours else { return }
        let lane = lanes.place(of: id)
        let halted = lanes.all[lane].haltedSince
        // A pause inside a halt does not end it.
        if halted > 0, now == .off { return }
        lanes.all[lane].trading(now, at: time, hours)
        if halted > 0, now == .on { taint(.halt, from: halted, to: time) }
    }

    /// Underlyings that have been silent for longer than usual by far, ascending; for what is shown now.
    package func staleInstruments(at time: UInt64) -> [InstrumentID] {
        guard let hours = session?.report.hours else { return [] }
        return lanes.all.filter { $0.isStale(at: time, hours) }
            .map { InstrumentID($0.quality.instrumentID) }.sorted()
    }

    /// Taints the half hours of the running session that `from` to `to` touches, ns since 1970; for closed sessions, see
    /// `QualityReport.taint`.
    package mutating func taint(_ reason: QualityTaint, from: UInt64, to: UInt64) {
        session?.report.taint(reason, from: from, to: to)
    }

    /// The feed was not there, and what it would have brought will not come. Sequences may go on anywhere after it.
    package mutating func feedWasDown(from: UInt64, to: UInt64) {
        addGap(.reported, from: from, to: to)
        memory.forgetSequences()
    }

    /// A file ended inside a record at that feed time: what followed is missing.
    package mutating func fileWasTruncated(at time: UInt64) { addGap(.truncatedFile, from: time, to: time) }

    mutating func addGap(_ kind: QualityGap.Kind, from: UInt64, to: UInt64, count: Int = 1) {
        session?.report.addGap(kind, from: from, to: to, count: count)
    }

    /// Notes that the instrument has a definition, from an earlier session whose records are not read again.
    package mutating func define(_ id: InstrumentID) {
        instruments.define(id, true)
        memory.remember(id, isDefined: true)
    }
}
