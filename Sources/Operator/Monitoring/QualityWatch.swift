package import MarketData
package import Monitors
package import Rollout

/// Looks at the merged feed's quality on the way of a run's one pass over the records.
package final class QualityWatch {
    // In a class of its own, since a monitor is large and is never to be moved about.
    private var monitor: QualityMonitor

    package init(_ monitor: consuming QualityMonitor) { self.monitor = monitor }

    /// Takes a chunk's records, and what they say of underlyings: what is told of a run's time comes before the run, whose
    /// mark may close the session.
    package func take(_ run: RecordRun, ticks: ArraySlice<MarketTick>) {
        for tick in ticks {
            switch tick.kind {
            case .quote(let bid, let ask): monitor.quote(of: tick.underlying, bid: bid, ask: ask, at: tick.time)
            case .trading: monitor.tradingResumed(of: tick.underlying, at: tick.time)
            case .notTrading, .expired: monitor.tradingPaused(of: tick.underlying, at: tick.time)
            case .halted: monitor.tradingHalted(of: tick.underlying, at: tick.time)
            case .trade, .gap, .terms: break
            }
        }
        monitor.apply(run)
    }

    /// The sessions that closed since this was last asked, and at the end of a run the one that is open.
    package func takeReports(atEnd: Bool) -> [QualityReport] {
        var reports = monitor.takeFinished()
        if atEnd, let open = monitor.current { reports.append(open) }
        return reports
    }
}

extension SessionData {
    /// What decisions read of it.
    init(_ report: QualityReport) {
        self.init(
            session: report.session, taintedHalfHours: report.taintedHalfHours.map(\.start),
            halfHours: report.counts.halfHours)
    }
}
