/// The beat, and what the test engine is told to do wrong. Records are counted from 0.
struct MetronomeConfiguration: Sendable {
    let intervalNanos: UInt64
    let horizonSeconds: Int
    /// Distance of the stop; the target is twice as far.
    let offsetNanos: Int64
    let exitAtRecord: Int64?
    let exitCode: Int32
    let hangAtRecord: Int64?
    let garbageAtRecord: Int64?
    let longLineAtRecord: Int64?
    let longLineBytes: Int
    let forkAtRecord: Int64?
    let forkSeconds: Int
    let isSilent: Bool
    let noHello: Bool
    let logBytesPerMark: Int

    init(_ reader: inout ConfigurationReader) throws(ConfigurationError) {
        let records: ClosedRange<Int64> = 0...Int64.max
        intervalNanos = UInt64(reader.integer("interval_ms", 1000, in: 1...86_400_000)) * 1_000_000
        horizonSeconds = Int(reader.integer("horizon_s", 60, in: 1...86_400))
        offsetNanos = reader.integer("offset_nanos", 1_000_000_000, in: 1...1_000_000_000_000)
        exitAtRecord = reader.optionalInteger("exit_at_record", in: records)
        exitCode = Int32(reader.integer("exit_code", 1, in: 0...255))
        hangAtRecord = reader.optionalInteger("hang_at_record", in: records)
        garbageAtRecord = reader.optionalInteger("garbage_at_record", in: records)
        longLineAtRecord = reader.optionalInteger("long_line_at_record", in: records)
        longLineBytes = Int(reader.integer("long_line_bytes", 100_000, in: 1...2_000_000_000))
        forkAtRecord = reader.optionalInteger("fork_at_record", in: records)
        forkSeconds = Int(reader.integer("fork_s", 60, in: 1...3600))
        isSilent = reader.flag("silent", false)
        noHello = reader.flag("no_hello", false)
        logBytesPerMark = Int(reader.integer("log_bytes_per_mark", 0, in: 0...1_000_000_000))
        try reader.finish()
    }
}
