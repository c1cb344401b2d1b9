internal import MarketData

extension MeasuredService {
    func incidents(budget: ErrorBudget, evidence: EvidenceBook) -> [SLAReport.Incident] {
        var runs: [ArraySlice<Downtime.Stretch>] = []
        let stretches = downtime.stretches[...]
        for index in stretches.indices {
            let isContinued =
                index > 0
                && elapsed.count(in: stretches[index - 1].seconds.upperBound..<stretches[index].seconds.lowerBound) == 0
            if isContinued, let run = runs.popLast() {
                runs.append(stretches[run.startIndex...index])
            } else {
                runs.append(stretches[index...index])
            }
        }
        return runs.compactMap { incident($0, budget: budget, evidence: evidence) }
    }

    private func incident(
        _ run: ArraySlice<Downtime.Stretch>, budget: ErrorBudget, evidence: EvidenceBook
    ) -> SLAReport.Incident? {
        guard let first = run.first, let last = run.last else { return nil }
        let second = first.seconds.lowerBound
        let start = nanos(ofSecond: second)
        let id = "\(main.name)@\(Self.compact(second))"
        let seconds = run.reduce(0) { $0 + $1.seconds.count }
        let counted = run.reduce(0) { $0 + ($1.isCounted ? $1.seconds.count : 0) }
        // No second after it has elapsed: it lasts, unless the period is over.
        let lasts = !isOver && elapsed.count(in: last.seconds.upperBound..<max(end, last.seconds.upperBound)) == 0
        return SLAReport.Incident(
            id: id, start: start, end: lasts ? nil : nanos(ofSecond: last.seconds.upperBound), seconds: seconds,
            excludedSeconds: seconds - counted, byCause: CauseSeconds(run), cause: first.cause, reason: first.reason,
            detectionSeconds: timeline.detectionNanos(ofBad: second).map { Double($0) / 1e9 },
            acknowledgedSeconds: evidence.acknowledgement(of: id, from: start).map { Double($0 - start) / 1e9 },
            restoreSeconds: lasts ? nil : seconds, budgetShare: budget.share(ofSeconds: Int64(counted)))
    }

    func component(_ component: ServiceComponent) -> SLAReport.Component {
        let from = component.from.map { secondsBeginning(from: $0, to: .max).lowerBound } ?? 0
        let asked = elapsed.clamped(to: from..<max(from, end))
        let isMain = component.name == main.name
        let isKnown =
            isMain
            || history.hasState(
                of: component.name, from: max(period.from.nanos, component.from ?? 0), to: nanos(ofSecond: end))
        var bad: Int64?
        if isKnown, asked.count > 0 {
            let timeline = isMain ? timeline : ServiceTimeline(history, component: component.name)
            bad = timeline.badStretches(in: asked).reduce(0) { $0 + Int64($1.seconds.count) }
        }
        return SLAReport.Component(
            component: component.name, from: component.from, marketSeconds: Int(asked.count),
            badSeconds: bad.map { Int($0) }, uptime: bad.flatMap { SLAReport.uptime(bad: $0, of: asked.count) })
    }

    func evidence(in book: EvidenceBook) -> [SLAReport.Evidence] {
        var sums: [String: Downtime.Sum] = [:]
        for stretch in downtime.stretches {
            guard let id = stretch.evidence else { continue }
            sums[id, default: Downtime.Sum()].bad += Int64(stretch.seconds.count)
            sums[id, default: Downtime.Sum()].excluded += stretch.isCounted ? 0 : Int64(stretch.seconds.count)
        }
        return book.inForce
            .filter { $0.exclusion.from < period.to.nanos && $0.exclusion.to > period.from.nanos }
            .map { SLAReport.Evidence($0, sums[$0.row.id] ?? Downtime.Sum()) }
    }

    /// Days of the exchange's zone that have open time in the period.
    func days() throws(UptimeError) -> [SLAReport.Day] {
        let open = try MarketSeconds(calendar, in: period.from..<period.to)
        let first = calendar.localTime(of: period.from).date
        let last = calendar.localTime(of: Timestamp(seconds: period.to.seconds - 1)).date
        return (first.daysSince1970...last.daysSince1970).compactMap { day in
            let date = CivilDate(daysSince1970: day)
            let hours = (0..<24).map { hour in
                let start = calendar.timestamp(localDate: date, hour: hour, minute: 0).seconds
                let next = calendar.timestamp(localDate: date, hour: hour + 1, minute: 0)
                return start..<max(start, next.seconds)
            }
            guard let begin = hours.first?.lowerBound, let close = hours.last?.upperBound,
                open.count(in: begin..<close) > 0
            else { return nil }
            return SLAReport.Day(
                date: date.description,
                badSecondsAdjustedSoFar: begin < end
                    ? Int(downtime.sum(in: period.from.seconds..<max(close, period.from.seconds)).counted) : nil,
                open: hours.map { Int(open.count(in: $0)) }, inService: hours.map { Int(elapsed.count(in: $0)) },
                bad: hours.map { Int(downtime.sum(in: $0).bad) })
        }
    }

    /// `20261102T143000Z`
    private static func compact(_ second: Int64) -> String {
        let time = second % 86_400
        let parts = [time / 3600, time / 60 % 60, time % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(CivilDate(daysSince1970: Int(second / 86_400)).compact)T\(parts.joined())Z"
    }
}

extension SLAReport.Evidence {
    fileprivate init(_ evidence: EvidenceBook.InForce, _ sum: Downtime.Sum) {
        id = evidence.row.id
        original = evidence.original
        author = evidence.row.author
        recordedAt = evidence.row.recordedAt
        announcedAt = evidence.announcedAt
        from = evidence.exclusion.from
        to = evidence.exclusion.to
        cause = evidence.exclusion.cause
        self.evidence = evidence.exclusion.evidence
        reason = evidence.exclusion.reason
        badSeconds = Int(sum.bad)
        excludedSeconds = Int(sum.excluded)
    }
}
