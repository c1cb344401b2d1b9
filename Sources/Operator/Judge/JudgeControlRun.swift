internal import Feeds
internal import MarketData
internal import Rollout
internal import Signals

/// Follows signals nobody sent, the coin's and the oracle's, through the same feed.
struct JudgeControlRun {
    private let plan: FeedPlan
    private let calendar: ExchangeCalendar
    private let book: PaperBook
    /// Of its own, for the middle of each underlying's book when the oracle speaks.
    private var middles = Middles()

    init(files: [String], calendar: ExchangeCalendar, terms: OutcomeTerms) {
        plan = FeedPlan(files: files, calendar: calendar)
        self.calendar = calendar
        book = PaperBook(terms: terms)
    }

    /// - Parameters:
    ///   - coin: with causes in the merged feed.
    ///   - oracle: what it would say, and when.
    ///   - distances: signals whose target and stop the oracle borrows: those nearest in time on the underlying.
    mutating func run(
        coin: [Signal], oracle: [OracleRequest], distances: [Signal]
    ) throws -> (oracle: [JudgedSignal], coin: [JudgedSignal]) {
        var coins = coin.sorted { $0.cause < $1.cause }[...]
        var requests = oracle.sorted { ($0.time, $0.id) < ($1.time, $1.id) }[...]
        let measures = Measures(distances)
        var followed: [Arm: [(signal: Signal, session: CivilDate)]] = [.baseline: [], .candidate: []]
        var outcomes: [Arm: [String: Outcome]] = [:]
        var chunks: [FeedChunk] = []
        let feed = try MergedFeed(plan)
        while let chunk = try feed.nextChunk() {
            chunks.append(chunk)
            guard let mark = chunk.mark, let index = chunk.markIndex else { continue }
            var said: [PaperBook.Said] = []
            while let next = coins.first, next.cause <= index {
                coins.removeFirst()
                guard let session = try calendar.session(at: next.tsEvent)?.date else { continue }
                said.append((.candidate, next))
                followed[.candidate]?.append((next, session))
            }
            for (request, signal) in middles.speak(&requests, chunks, measures) {
                said.append((.baseline, signal))
                followed[.baseline]?.append((signal, request.session))
            }
            for outcome in book.apply(chunks, mark: mark, index: index, signals: said) {
                outcomes[outcome.arm, default: [:]][outcome.id] = outcome
            }
            chunks.removeAll()
        }
        func judged(_ arm: Arm, _ name: String) -> [JudgedSignal] {
            (followed[arm] ?? []).map { signal, session in
                JudgedSignal(
                    engine: name, session: session, signal: signal, outcome: outcomes[arm]?[signal.id],
                    statesProbability: false)
            }
        }
        return (judged(.baseline, "oracle"), judged(.candidate, "coin"))
    }
}

/// How far target and stop lie from the price in a candidate's signals.
private struct Measures {
    private let signals: [InstrumentID: [Signal]]
    private let all: [Signal]

    init(_ signals: [Signal]) {
        all = signals
        self.signals = Dictionary(grouping: signals, by: \.underlyingID)
    }

    /// Of the signal nearest in time on the underlying, else on any, in proportion to the price; nil without any.
    func distances(_ underlying: InstrumentID, at time: Timestamp, price: Int64) -> (
        target: Int64, stop: Int64, horizon: Int
    )? {
        func gap(_ signal: Signal) -> UInt64 {
            max(signal.tsEvent.nanos, time.nanos) - min(signal.tsEvent.nanos, time.nanos)
        }
        guard let near = (signals[underlying] ?? all).min(by: { gap($0) < gap($1) }), near.price.nanos > 0 else {
            return nil
        }
        func scaled(_ level: Price) -> Int64 {
            let distance = Int128((level.nanos - near.price.nanos).magnitude)
            return Int64(clamping: distance * Int128(price) / Int128(near.price.nanos))
        }
        return (scaled(near.target), scaled(near.stop), near.horizonSeconds)
    }
}

/// The middle of every underlying's book, record by record.
private final class Middles {
    private var tape = UnderlyingTape()
    private var ticks: [MarketTick] = []
    private var middles: [InstrumentID: Int64] = [:]

    /// Makes the requests that these records' time has come to into signals; one without a price is passed over.
    func speak(
        _ requests: inout ArraySlice<OracleRequest>, _ chunks: [FeedChunk], _ measures: Measures
    ) -> [(OracleRequest, Signal)] {
        var signals: [(OracleRequest, Signal)] = []
        for chunk in chunks {
            chunk.withRun { run in
                var index = chunk.firstIndex
                for record in run {
                    ticks.removeAll(keepingCapacity: true)
                    tape.append(record, index: index, to: &ticks)
                    for tick in ticks {
                        if case .quote(let bid?, let ask?) = tick.kind, bid < ask {
                            middles[tick.underlying] = bid + (ask - bid) / 2
                        }
                    }
                    while let request = requests.first, request.time <= tape.feedTime {
                        requests.removeFirst()
                        if let signal = signal(request, index, measures) { signals.append((request, signal)) }
                    }
                    index += 1
                }
            }
        }
        return signals
    }

    private func signal(_ request: OracleRequest, _ index: UInt64, _ measures: Measures) -> Signal? {
        guard let price = middles[request.underlying],
            let (target, stop, horizon) = measures.distances(request.underlying, at: request.time, price: price)
        else { return nil }
        return request.signal(
            cause: index, price: Price(nanos: price), toTarget: target, toStop: stop, horizonSeconds: horizon)
    }
}
