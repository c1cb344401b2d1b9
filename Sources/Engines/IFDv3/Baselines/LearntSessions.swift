internal import MarketData

/// What an engine knows from closed sessions, and what it writes down about the present one.
///
/// Memory is read when a session opens and written at its close, by the calendar; between sessions nothing happens,
/// because what became of the last session's signals may still be on its way.
struct LearntSessions: Sendable {
    let parameters: BaselineParameters
    let layout: UInt64
    let scorer: UInt64
    private(set) var history: BaselineHistory
    private(set) var calibration = Calibration()
    /// Sessions whose saved state was not used, ascending.
    private(set) var refused: [(session: CivilDate, error: SessionRecordError)] = []
    /// Why no session can be told; nil when the calendar has an answer.
    private(set) var calendarProblem: CalendarError?
    private var states = ReadOnce<Result<SessionRecord, SessionRecordError>>()
    private var outcomes = ReadOnce<FedBackOutcomes>()
    /// Nil between sessions.
    private var present: SessionRecord?
    /// Of the present session, ns since 1970.
    private var close: UInt64 = 0

    /// - Parameter version: of the engine, whose scores are calibrated.
    init(_ parameters: BaselineParameters, _ pressure: PressureParameters, version: String) {
        self.parameters = parameters
        layout = parameters.layout(pressure)
        scorer = SessionRecord.fingerprint(version)
        history = BaselineHistory([], parameters)
    }

    /// What was to be learnt from and could not be, in words; sorted.
    var lacks: [String] {
        refused.map { "the session of \($0.session): \($0.error)" }
            + (calendarProblem.map { ["the calendar: \($0)"] } ?? [])
    }

    /// The trade date of the open session.
    var session: CivilDate? { present?.session }

    /// Feed time has come to `now`: closes and opens sessions.
    ///
    /// - Returns: whether a session closed or opened.
    mutating func timeArrived(_ now: UInt64, _ memory: some EngineMemory) -> Bool {
        var changed = false
        if let record = present, now >= close {
            if !record.isEmpty { memory.save(session: record.session, bytes: record.bytes) }
            present = nil
            changed = true
        }
        guard present == nil else { return changed }
        do throws(CalendarError) {
            calendarProblem = nil
            guard let session = try parameters.calendar.session(at: Timestamp(nanos: now)) else { return changed }
            open(session, memory)
            return true
        } catch {
            calendarProblem = error
            return changed
        }
    }

    private mutating func open(_ session: Session, _ memory: some EngineMemory) {
        present = SessionRecord(session: session.date, layout: layout, scorer: scorer)
        close = session.close.nanos
        refused = []
        var records: [SessionRecord] = []
        let saved = memory.states(before: session.date, atMost: parameters.lookbackSessions)
        for (date, state) in states.values(of: saved, read: read) {
            switch state {
            case .success(let record): records.append(record)
            case .failure(let error): refused.append((date, error))
            }
        }
        history = BaselineHistory(records, parameters)
        let fedBack = memory.outcomes(before: session.date, atMost: parameters.lookbackSessions)
        calibration = Calibration(
            records, outcomes.values(of: fedBack) { FedBackOutcomes($1) }, scorer: scorer)
    }

    private func read(_ session: CivilDate, _ bytes: [UInt8]) -> Result<SessionRecord, SessionRecordError> {
        Result { () throws(SessionRecordError) in try SessionRecord(bytes, of: session, layout: layout) }
    }

    /// The half hour of the exchange's day that holds `time` (ns since 1970), 0...47.
    func halfHour(at time: UInt64) -> Int {
        let local = parameters.calendar.localTime(of: Timestamp(nanos: time))
        return local.hour * 2 + local.minute / 30
    }

    /// Judges a window by the closed sessions and then writes it down.
    mutating func judge(
        _ key: BaselineKey, logRatio: BinnedNumber, logVolume: BinnedNumber
    ) -> WindowReading.Baseline {
        let judgement = WindowReading.Baseline(
            key: key, logRatio: history.judgeLogRatio(logRatio, key),
            logVolume: history.judgeLogVolume(logVolume, key))
        present?.add(key, logRatio: logRatio, logVolume: logVolume)
        return judgement
    }

    /// Writes down how sure the score was of a signal; outside of sessions nothing.
    mutating func remember(signal id: String, raw: Double) {
        present?.add(SessionRecord.Prediction(id: id, raw: raw))
    }
}

extension SessionRecord {
    /// Reads the record that was saved for `session`.
    init(_ bytes: [UInt8], of session: CivilDate, layout: UInt64) throws(SessionRecordError) {
        try self.init(bytes)
        guard self.session == session else { throw .otherSession(found: self.session) }
        guard self.layout == layout else { throw .otherLayout }
    }
}
