internal import MarketData

/// The session that is being watched: its report in the making, and what is needed to go on with it.
struct QualitySession {
    var report: QualityReport
    /// When the next session's records begin, ns since 1970.
    var close: UInt64 { report.hours.close }
    /// One bit for each open minute with market data, and one flag for each open half hour.
    private var minutes: [UInt64]
    private var hasData: [Bool]
    /// The multiple of the mark interval of the latest market data; nil before the first.
    var multiple: UInt64?

    init(_ session: Session, calendar: String) {
        let hours = QualityHours(session)
        report = QualityReport(session: session.date, calendar: calendar, hours: hours)
        minutes = [UInt64](repeating: 0, count: (hours.minutes + 63) / 64)
        hasData = [Bool](repeating: false, count: hours.halfHours.count)
    }

    mutating func noteData(at time: UInt64) {
        guard let minute = report.hours.minute(of: time) else { return }
        let bit: UInt64 = 1 << UInt64(minute % 64)
        guard minutes[minute / 64] & bit == 0 else { return }
        minutes[minute / 64] |= bit
        report.counts.minutesWithData += 1
        guard let halfHour = report.hours.halfHours(from: time, to: time).indices.first, !hasData[halfHour] else {
            return
        }
        hasData[halfHour] = true
        report.counts.halfHoursWithData += 1
    }

    /// Notes the open time without market data from `latest` to `time`, where it is longer than allowed.
    mutating func noteSilence(from latest: UInt64, to time: UInt64, limit: UInt64) {
        guard time > latest, time - latest > limit else { return }
        for silent in report.hours.open(from: latest, to: time)
        where silent.upperBound - silent.lowerBound > limit {
            report.addGap(.silence, from: silent.lowerBound, to: silent.upperBound)
        }
    }

    /// The report as of `time`, with everything counted that still lasts.
    func report(through time: UInt64, instruments: InstrumentQuality, lanes: [QualityLane]) -> QualityReport {
        var report = report
        let end = min(max(time, report.through), close)
        report.through = end
        report.counts.minutes = max(report.hours.minutes(before: end), report.counts.minutesWithData)
        report.instruments = instruments
        for var lane in lanes {
            lane.settle(at: end, report.hours)
            if lane.trading == .halted { report.taint(.halt, from: lane.haltedSince, to: end) }
            report.underlyings.append(lane.quality)
            report.counts.quotedNanos += lane.quality.quotedNanos
            report.counts.crossedNanos += lane.quality.crossedNanos
            report.counts.staleNanos += lane.quality.staleNanos
        }
        report.underlyings.sort { $0.instrumentID < $1.instrumentID }
        return report
    }
}
