/// Bytes of version 3 records made here: marks, symbol mappings and what a generator writes.
public enum RecordBuilder {
    /// Fills the 16-byte header at the start of `record`.
    static func header(
        _ record: inout [UInt8], type: UInt8, publisherID: UInt16, instrumentID: UInt32, tsEvent: UInt64
    ) {
        record[0] = UInt8(record.count / 4)
        record[1] = type
        record.store(publisherID, at: 2)
        record.store(instrumentID, at: 4)
        record.store(tsEvent, at: 8)
    }

    /// The operator's time stamp in the stream: a heartbeat of publisher 0.
    public static func mark(at time: UInt64) -> [UInt8] {
        var record = [UInt8](repeating: 0, count: 320)
        header(&record, type: RecordType.system, publisherID: 0, instrumentID: 0, tsEvent: time)
        record.replaceSubrange(16..<25, with: Array("Heartbeat".utf8))
        return record
    }

    /// Names an instrument, as a Live session does before its first record.
    public static func symbolMapping(instrumentID: InstrumentID, rawSymbol: String, at time: UInt64) -> [UInt8] {
        var record = [UInt8](repeating: 0, count: 176)
        header(
            &record, type: RecordType.symbolMapping, publisherID: 0, instrumentID: instrumentID.rawValue, tsEvent: time)
        record[16] = SymbolType.mixed
        record[88] = SymbolType.mixed
        let text = rawSymbol.utf8.prefix(70)
        record.replaceSubrange(17..<17 + text.count, with: text)
        record.replaceSubrange(89..<89 + text.count, with: text)
        record.store(Undefined.timestamp, at: 160)
        record.store(Undefined.timestamp, at: 168)
        return record
    }

    /// Any record type by field name; fields not given are zero. For tests and generators, not for hot paths.
    ///
    /// - Precondition: the type exists in `version` and has every field named.
    public static func record(
        type: UInt8, version: UInt8 = 3, publisherID: UInt16 = 1, instrumentID: UInt32, tsEvent: UInt64,
        numbers: [String: Int64] = [:], texts: [String: String] = [:]
    ) -> [UInt8] {
        guard let layout = RecordLayout.of(type: type, version: version) else {
            preconditionFailure("record type \(type) does not exist in version \(version)")
        }
        var record = [UInt8](repeating: 0, count: layout.byteCount)
        header(&record, type: type, publisherID: publisherID, instrumentID: instrumentID, tsEvent: tsEvent)
        for (name, value) in numbers {
            guard let field = layout.fields.first(where: { $0.name == name }) else {
                preconditionFailure("\(layout.name) has no field \(name)")
            }
            switch field.kind.byteCount {
            case 1: record[field.offset] = UInt8(truncatingIfNeeded: value)
            case 2: record.store(UInt16(truncatingIfNeeded: value), at: field.offset)
            case 4: record.store(UInt32(truncatingIfNeeded: value), at: field.offset)
            default: record.store(value, at: field.offset)
            }
        }
        for (name, value) in texts {
            guard let field = layout.fields.first(where: { $0.name == name }) else {
                preconditionFailure("\(layout.name) has no field \(name)")
            }
            let text = value.utf8.prefix(field.kind == .char ? 1 : field.kind.byteCount - 1)
            record.replaceSubrange(field.offset..<field.offset + text.count, with: text)
        }
        return record
    }
}
