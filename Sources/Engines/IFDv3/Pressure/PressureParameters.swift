/// How pressure is measured.
struct PressureParameters: Hashable, Sendable {
    /// Contracts added to both sides of the log-ratio.
    var smoothingVolume: Int64 = 10
    /// Contracts from which a trade is large.
    var largeFutureSize: Int64 = 20
    var largeOptionSize: Int64 = 20

    init() {}

    /// Reads the section `pressure` of an engine's configuration.
    init(_ reader: inout ConfigurationReader) {
        let standard = PressureParameters()
        smoothingVolume = reader.integer("smoothing_volume", standard.smoothingVolume, in: 1...1_000_000)
        largeFutureSize = reader.integer("large_future_size", standard.largeFutureSize, in: 1...1_000_000)
        largeOptionSize = reader.integer("large_option_size", standard.largeOptionSize, in: 1...1_000_000)
    }
}
