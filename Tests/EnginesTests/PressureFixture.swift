import MarketData
import Testing

@testable import Engines

/// SplitMix64 (Steele, Lea and Flood 2014): a seeded generator, so that a failure can be repeated.
struct PressureRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// In 0..<1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}

extension QuantileSketch {
    mutating func add(_ x: Double) { add(BinnedNumber(x)) }
}

extension QuantileTable {
    init(merging sketches: [QuantileSketch]) {
        var sum = SketchSum()
        for sketch in sketches { sum.add(sketch) }
        self.init(&sum)
    }
}

extension SessionRecord {
    mutating func add(_ key: BaselineKey, logRatio: Double, logVolume: Double) {
        add(key, logRatio: BinnedNumber(logRatio), logVolume: BinnedNumber(logVolume))
    }
}

func date(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

/// A record of `windows` random windows in a handful of keys, with a few predictions.
func randomRecord(session: CivilDate, windows: Int, layout: UInt64 = 7, seed: UInt64) throws -> SessionRecord {
    var random = PressureRandom(seed: seed)
    var record = SessionRecord(session: session, layout: layout, scorer: 11)
    for _ in 0..<windows {
        let number = [0, 17, 18, 335, 719][Int(random.next() % 5)]
        let key = try #require(BaselineKey(number: number))
        record.add(key, logRatio: (random.unit() - 0.5) * 6, logVolume: random.unit() * 9)
    }
    for index in 0..<Int(random.next() % 4) {
        record.add(SessionRecord.Prediction(id: "v3-\(seed)-\(index)", raw: random.unit()))
    }
    return record
}

/// A board under test with its instruments: future 100, call 200 at 5250, put 300 at 5150.
struct BoardBench {
    var table = InstrumentTable()
    var board: PressureBoard
    var prices: [Int: Int64] = [:]
    /// With what was closed so far, in order.
    var readings: [WindowReading] = []
    /// Of the readings, as of their window's close.
    var courses: [PressureCourse] = []
    let memory: any EngineMemory

    init(_ memory: any EngineMemory = NoMemory(), calendar: String = "cme-globex-equity") throws {
        self.memory = memory
        board = PressureBoard(
            PressureParameters(), BaselineParameters(calendar: try ExchangeCalendar(named: calendar)), version: "test")
        var feed = Feed()
        feed.define(100, "F", tick: 0.25, symbol: "ESM4", at: -60)
        feed.define(200, "C", strike: 5250, underlying: 100, at: -60)
        feed.define(300, "P", strike: 5150, underlying: 100, at: -60)
        for record in feed.records {
            var decoder = RecordDecoder(fragment: true, fragmentVersion: 3)
            record.withUnsafeBytes { decoder.append($0) }
            while let run = try decoder.nextRun() {
                for record in run { table.apply(record) }
            }
        }
        prices[index(100)] = Feed.price(5200)
    }

    func index(_ id: UInt32) -> Int { table.existingIndex(of: InstrumentID(id)) ?? -1 }

    /// - Parameter time: seconds after `noon`.
    mutating func time(_ time: Double) {
        let now = nanos(noon + time)
        guard now >= board.alarm else { return }
        let prices = prices
        let closed = board.timeArrived(now, table, memory) { prices[$0] }
        readings += closed
        courses += closed.map(board.course)
    }

    mutating func trade(
        _ id: UInt32, _ size: Int64, _ side: Character, price: Double = 10, top: TopOfBook? = nil, at time: Double
    ) {
        self.time(time)
        let index = table.index(of: InstrumentID(id))
        let trade = Trade(
            instrument: index, size: size, priceNanos: Feed.price(price), side: side.asciiValue ?? 0)
        board.add(trade, table.terms(at: index), top: top)
    }

    func course(_ id: UInt32, start: Double) -> PressureCourse? {
        readings.firstIndex { $0.instrument == index(id) && $0.windowStart == nanos(noon + start) }.map { courses[$0] }
    }

    func reading(_ id: UInt32, start: Double) -> WindowReading? {
        readings.first { $0.instrument == index(id) && $0.windowStart == nanos(noon + start) }
    }
}
