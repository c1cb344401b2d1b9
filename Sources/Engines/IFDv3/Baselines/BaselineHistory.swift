internal import MarketData

/// How unusual a number is beside the closed sessions.
struct BaselineJudgement: Hashable, Sendable {
    let value: Double
    /// Deviations above the mean of the estimate.
    let z: Double
    /// In 0...1: the part of the past below the value. Without history 0.5.
    let rank: Double
    /// n / (n + k) for n windows of the key: 0 without history, towards 1 with much.
    let reliability: Double
}

/// The last closed sessions, merged when a session opens, so that judging is a look-up.
///
/// The present session is never in it: a value is judged by what was before.
struct BaselineHistory: Sendable {
    /// One number over the windows of a key or a class.
    struct Merged: Hashable, Sendable {
        let seen: Moments
        let estimate: BaselineEstimate
        let table: QuantileTable
    }

    struct Pair: Hashable, Sendable {
        let logRatio: Merged
        let logVolume: Merged
    }

    /// Ascending.
    let sessions: [CivilDate]
    let priorWindows: Double
    /// By `BaselineKey.number`; nil without windows.
    let cells: [Pair?]
    /// By class.
    let pools: [Pair]

    /// Merges the records of `layout`, ascending by session; of two records of one session the later in the list
    /// counts.
    init(_ records: [SessionRecord], _ parameters: BaselineParameters) {
        var bySession: [CivilDate: SessionRecord] = [:]
        for record in records { bySession[record.session] = record }
        let newest = bySession.values.sorted { $0.session < $1.session }.suffix(parameters.lookbackSessions)
        sessions = newest.map(\.session)
        let strength = Double(parameters.priorWindows)
        priorWindows = strength

        var byClass = BaselineKey.InstrumentClass.allCases.map { _ in [SessionRecord.Cell]() }
        var byKey: [[SessionRecord.Cell]] = Array(repeating: [], count: BaselineKey.count)
        for record in newest {
            for (number, cell) in record.cells.enumerated() {
                guard let cell, let key = BaselineKey(number: number) else { continue }
                byKey[number].append(cell)
                byClass[Int(key.instrumentClass.rawValue)].append(cell)
            }
        }
        let pools = byClass.map {
            Self.merge($0, BaselineEstimate.Root.logRatio, BaselineEstimate.Root.logVolume, strength)
        }
        self.pools = pools
        cells = byKey.enumerated().map { number, cells in
            guard !cells.isEmpty, let key = BaselineKey(number: number) else { return nil }
            let pool = pools[Int(key.instrumentClass.rawValue)]
            return Self.merge(cells, pool.logRatio.estimate, pool.logVolume.estimate, strength)
        }
    }

    private static func merge(
        _ cells: [SessionRecord.Cell], _ ratioPrior: BaselineEstimate, _ volumePrior: BaselineEstimate,
        _ strength: Double
    ) -> Pair {
        Pair(
            logRatio: merge(cells.map(\.logRatio), ratioPrior, strength),
            logVolume: merge(cells.map(\.logVolume), volumePrior, strength))
    }

    private static func merge(
        _ measures: [SessionRecord.Measure], _ prior: BaselineEstimate, _ strength: Double
    ) -> Merged {
        var seen = Moments()
        for measure in measures { seen.merge(measure.moments) }
        return Merged(
            seen: seen, estimate: BaselineEstimate(seen, prior: prior, strength: strength),
            table: QuantileTable(merging: measures.map(\.sketch)))
    }

    func judgeLogRatio(_ value: Double, _ key: BaselineKey) -> BaselineJudgement {
        judge(value, cells[key.number]?.logRatio, pools[Int(key.instrumentClass.rawValue)].logRatio)
    }

    func judgeLogVolume(_ value: Double, _ key: BaselineKey) -> BaselineJudgement {
        judge(value, cells[key.number]?.logVolume, pools[Int(key.instrumentClass.rawValue)].logVolume)
    }

    /// Ranks are pooled as means are: (n rank of the key + k rank of the class) / (n + k), and that of the class with
    /// 1/2.
    private func judge(_ value: Double, _ cell: Merged?, _ pool: Merged) -> BaselineJudgement {
        let estimate = cell?.estimate ?? pool.estimate
        let pooled = shrink(pool.table.rank(of: value), Double(pool.seen.count), towards: 0.5)
        let n = Double(cell?.seen.count ?? 0)
        return BaselineJudgement(
            value: value, z: (value - estimate.mean) / estimate.deviation,
            rank: shrink(cell?.table.rank(of: value), n, towards: pooled),
            reliability: n / (n + priorWindows))
    }

    private func shrink(_ rank: Double?, _ n: Double, towards prior: Double) -> Double {
        guard let rank else { return prior }
        return (n * rank + priorWindows * prior) / (n + priorWindows)
    }
}
