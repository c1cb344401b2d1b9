internal import MarketData

/// One instrument in a five-minute window that closed: what traded, and how unusual that is.
struct WindowReading: Sendable {
    /// Dense index.
    let instrument: Int
    /// ns since 1970.
    let windowStart: UInt64
    let window: PressureFlow
    /// Of the window; see `PressureFlow`.
    let logRatio: Double
    /// Nil for what has no baseline: an instrument without a definition, or neither future nor option.
    let baseline: Baseline?

    struct Baseline: Sendable {
        let key: BaselineKey
        let logRatio: BaselineJudgement
        let logVolume: BaselineJudgement
    }
}

/// What went before in an instrument whose window closed; asked for only where a reading becomes a signal.
struct PressureCourse: Hashable, Sendable {
    /// The last minute of the window, and the fifteen minutes up to its end.
    let minute: PressureFlow
    let quarter: PressureFlow
    /// The part of the last three windows, the reading's included, in which its side pressed; 0 when none did.
    let persistence: Double
}

/// Pressure in all instruments of a feed: minutes in a ring, five-minute windows beside their baselines, sessions by
/// the calendar.
///
/// Windows are aligned to multiples of five minutes since 1970 and are closed by the first feed time at or past their
/// end. After silence the window that closes is the one that was open; those between had no trade.
struct PressureBoard: Sendable {
    static let minuteNanos: UInt64 = 60_000_000_000

    let parameters: PressureParameters
    private(set) var learnt: LearntSessions
    private var ring = PressureRing()
    private var rule = AggressorRule()
    private var isOpen = false

    /// - Parameter version: of the engine; scores of another version do not calibrate this one.
    init(_ parameters: PressureParameters, _ baselines: BaselineParameters, version: String) {
        self.parameters = parameters
        learnt = LearntSessions(baselines, parameters, version: version)
    }

    /// The feed time at which `timeArrived` is next due, in ns since 1970: the end of the open minute; 0 at the start.
    var alarm: UInt64 {
        guard isOpen else { return 0 }
        let (time, overflow) = (ring.minute + 1).multipliedReportingOverflow(by: Self.minuteNanos)
        return overflow ? .max : time
    }

    /// Whether `add` can use the book: the exchange named no aggressor.
    static func wantsBook(_ trade: Trade) -> Bool {
        trade.side != UInt8(ascii: "B") && trade.side != UInt8(ascii: "A")
    }

    /// A trade in the open minute.
    ///
    /// - Parameter top: of the instrument's book before the trade, where `wantsBook` says so and there is one.
    /// - Returns: who pressed, as it was counted.
    /// - Complexity: O(1); allocates only for an instrument's first trade.
    @discardableResult
    mutating func add(_ trade: Trade, _ terms: InstrumentTerms, top: TopOfBook?) -> Aggressor? {
        let aggressor = rule.aggressor(of: trade, top: top)
        let least = terms.isOption ? parameters.largeOptionSize : parameters.largeFutureSize
        ring.add(trade.instrument, size: trade.size, aggressor, isLarge: trade.size >= least)
        return aggressor
    }

    /// Feed time reached `alarm`: closes the five-minute window if it is over, then the session, and opens what holds
    /// `now`.
    ///
    /// - Parameter underlyingPrice: in 1e-9, of the underlying with this dense index; nil when not known.
    /// - Returns: what traded in the window that closed, by instrument id; empty when none did.
    mutating func timeArrived(
        _ now: UInt64, _ table: InstrumentTable, _ memory: some EngineMemory, underlyingPrice: (Int) -> Int64?
    ) -> [WindowReading] {
        let minute = now / Self.minuteNanos
        var readings: [WindowReading] = []
        let window = ring.minute / PressureRing.windowMinutes
        if isOpen, minute / PressureRing.windowMinutes > window {
            readings = close(window, table, underlyingPrice)
        }
        if learnt.timeArrived(now, memory) {
            ring.removeAll()
            rule.reset()
        }
        ring.open(minute: minute)
        isOpen = true
        return readings
    }

    private mutating func close(
        _ number: UInt64, _ table: InstrumentTable, _ underlyingPrice: (Int) -> Int64?
    ) -> [WindowReading] {
        let firstMinute = number * PressureRing.windowMinutes
        let halfHour = learnt.halfHour(at: firstMinute * Self.minuteNanos)
        let ids = table.ids
        let traded = ring.active.sorted { ids[$0] < ids[$1] }
        return traded.map { instrument in
            let terms = table.terms(at: instrument)
            let underlying = terms.isOption ? table.existingIndex(of: terms.underlyingID).flatMap(underlyingPrice) : nil
            let key = BaselineKey(terms, underlyingNanos: underlying, halfHour: halfHour)
            return reading(of: instrument, key, firstMinute: firstMinute)
        }
    }

    private mutating func reading(of instrument: Int, _ key: BaselineKey?, firstMinute: UInt64) -> WindowReading {
        let end = firstMinute + PressureRing.windowMinutes
        let length = Int(PressureRing.windowMinutes)
        let window = ring.flow(of: instrument, minutes: length, before: end)
        let logRatio = window.logRatio(smoothing: parameters.smoothingVolume)
        return WindowReading(
            instrument: instrument, windowStart: firstMinute * Self.minuteNanos, window: window, logRatio: logRatio,
            baseline: key.map {
                learnt.judge($0, logRatio: BinnedNumber(logRatio), logVolume: BinnedNumber(window.logVolume))
            })
    }

    /// Good until the next trade.
    func course(of reading: WindowReading) -> PressureCourse {
        let end = reading.windowStart / Self.minuteNanos + PressureRing.windowMinutes
        return PressureCourse(
            minute: ring.flow(of: reading.instrument, minutes: 1, before: end),
            quarter: ring.flow(of: reading.instrument, minutes: PressureRing.minutes, before: end),
            persistence: persistence(of: reading.instrument, reading.window.isBought, end: end))
    }

    private func persistence(of instrument: Int, _ side: Bool?, end: UInt64) -> Double {
        guard let side else { return 0 }
        let length = PressureRing.windowMinutes
        let windows = UInt64(PressureRing.minutes) / length
        let same = (0..<windows).count { back in
            let until = end - min(end, back * length)
            return ring.flow(of: instrument, minutes: Int(length), before: until).isBought == side
        }
        return Double(same) / Double(windows)
    }

    /// Writes down how sure the score was of a signal, for calibration in later sessions.
    mutating func remember(signal id: String, raw: Double) { learnt.remember(signal: id, raw: raw) }

    /// What a reading's judgement rests on; nil for one without baseline. Good until the session ends.
    func explain(_ reading: WindowReading) -> BaselineExplanation? {
        reading.baseline.map { learnt.history.explain($0.key, logRatio: $0.logRatio, logVolume: $0.logVolume) }
    }
}
