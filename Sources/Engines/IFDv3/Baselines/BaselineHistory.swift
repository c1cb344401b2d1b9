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

        fileprivate func standing(of number: BinnedNumber) -> Standing {
            Standing(windows: Double(seen.count), estimate: estimate, rank: table.rank(of: number))
        }
    }

    /// Where a number stands among what was merged.
    fileprivate struct Standing {
        let windows: Double
        let estimate: BaselineEstimate
        let rank: Double?
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

        var ratio = MeasureSum()
        var volume = MeasureSum()
        let pools = BaselineKey.InstrumentClass.allCases.map { instrumentClass in
            let keys = BaselineKey.numbers(of: instrumentClass)
            for record in newest {
                for number in keys { Self.add(record.cells[number], to: &ratio, &volume) }
            }
            return Pair(
                logRatio: ratio.merged(BaselineEstimate.Root.logRatio, strength),
                logVolume: volume.merged(BaselineEstimate.Root.logVolume, strength))
        }
        self.pools = pools
        cells = (0..<BaselineKey.count).map { number in
            guard let key = BaselineKey(number: number) else { return nil }
            for record in newest { Self.add(record.cells[number], to: &ratio, &volume) }
            guard !ratio.isEmpty else { return nil }
            let pool = pools[Int(key.instrumentClass.rawValue)]
            return Pair(
                logRatio: ratio.merged(pool.logRatio.estimate, strength),
                logVolume: volume.merged(pool.logVolume.estimate, strength))
        }
    }

    private static func add(_ cell: SessionRecord.Cell?, to ratio: inout MeasureSum, _ volume: inout MeasureSum) {
        guard let cell else { return }
        ratio.add(cell.logRatio)
        volume.add(cell.logVolume)
    }

    func judgeLogRatio(_ number: BinnedNumber, _ key: BaselineKey) -> BaselineJudgement {
        judge(
            number, cells[key.number]?.logRatio.standing(of: number),
            pools[Int(key.instrumentClass.rawValue)].logRatio.standing(of: number))
    }

    func judgeLogVolume(_ number: BinnedNumber, _ key: BaselineKey) -> BaselineJudgement {
        judge(
            number, cells[key.number]?.logVolume.standing(of: number),
            pools[Int(key.instrumentClass.rawValue)].logVolume.standing(of: number))
    }

    /// Ranks are pooled as means are: (n rank of the key + k rank of the class) / (n + k), and that of the class with
    /// 1/2.
    private func judge(_ number: BinnedNumber, _ cell: Standing?, _ pool: Standing) -> BaselineJudgement {
        let estimate = cell?.estimate ?? pool.estimate
        let pooled = shrink(pool.rank, pool.windows, towards: 0.5)
        let n = cell?.windows ?? 0
        return BaselineJudgement(
            value: number.value, z: (number.value - estimate.mean) / estimate.deviation,
            rank: shrink(cell?.rank, n, towards: pooled), reliability: n / (n + priorWindows))
    }

    private func shrink(_ rank: Double?, _ n: Double, towards prior: Double) -> Double {
        guard let rank else { return prior }
        return (n * rank + priorWindows * prior) / (n + priorWindows)
    }
}

/// One number on its way from several cells into a `Merged`. Serves for one after another.
private struct MeasureSum {
    private var seen = Moments()
    private var sketches = SketchSum()

    var isEmpty: Bool { seen.count == 0 }

    /// The order of adding decides how the moments are rounded.
    mutating func add(_ measure: SessionRecord.Measure) {
        seen.merge(measure.moments)
        sketches.add(measure.sketch)
    }

    /// Gives what was added, and begins anew.
    mutating func merged(_ prior: BaselineEstimate, _ strength: Double) -> BaselineHistory.Merged {
        defer { seen = Moments() }
        return BaselineHistory.Merged(
            seen: seen, estimate: BaselineEstimate(seen, prior: prior, strength: strength),
            table: QuantileTable(&sketches))
    }
}
