internal import MarketData

/// What one session taught: how windows were distributed, key by key, and how sure the engine's score was of each
/// signal.
struct SessionRecord: Hashable, Sendable {
    /// One number of a window, over the windows of a key.
    struct Measure: Hashable, Sendable {
        var moments = Moments()
        var sketch = QuantileSketch()

        mutating func add(_ number: BinnedNumber) {
            moments.add(number.value)
            sketch.add(number)
        }
    }

    /// The windows of one key.
    struct Cell: Hashable, Sendable {
        var logRatio = Measure()
        var logVolume = Measure()

        fileprivate mutating func add(_ ratio: BinnedNumber, _ volume: BinnedNumber) {
            logRatio.add(ratio)
            logVolume.add(volume)
        }
    }

    /// A signal's score before calibration.
    struct Prediction: Hashable, Sendable {
        /// At most 128 bytes of printable ASCII.
        let id: String
        /// In 0...1.
        let raw: Double
    }

    /// Signals remembered of one session; an engine that says more is not calibrated by the rest.
    static let mostPredictions = 4096

    let session: CivilDate
    /// Of the parameters that give the windows' numbers their meaning; only equal ones are merged.
    let layout: UInt64
    /// Of the version whose score the predictions are.
    let scorer: UInt64
    /// By `BaselineKey.number`.
    private(set) var cells: [Cell?]
    private(set) var predictions: [Prediction] = []

    init(session: CivilDate, layout: UInt64, scorer: UInt64) {
        self.session = session
        self.layout = layout
        self.scorer = scorer
        cells = Array(repeating: nil, count: BaselineKey.count)
    }

    /// As read from a file, checked.
    init(_ session: CivilDate, layout: UInt64, scorer: UInt64, cells: [Cell?], predictions: [Prediction]) {
        self.session = session
        self.layout = layout
        self.scorer = scorer
        self.cells = cells
        self.predictions = predictions
    }

    var isEmpty: Bool { predictions.isEmpty && cells.allSatisfy { $0 == nil } }

    /// One closed window; numbers that are not finite are no observation.
    mutating func add(_ key: BaselineKey, logRatio: BinnedNumber, logVolume: BinnedNumber) {
        guard logRatio.value.isFinite, logVolume.value.isFinite else { return }
        // In place: taking the cell out and putting it back would copy its bins, and `== nil` would copy it to compare.
        if case nil = cells[key.number] { cells[key.number] = Cell() }
        cells[key.number]?.add(logRatio, logVolume)
    }

    /// A signal that was given; one that cannot be kept is left out.
    mutating func add(_ prediction: Prediction) {
        guard predictions.count < Self.mostPredictions, prediction.isValid else { return }
        predictions.append(prediction)
    }
}

extension SessionRecord.Prediction {
    var isValid: Bool {
        (0...1).contains(raw) && !id.isEmpty && id.utf8.count <= 128
            && id.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
