internal import MarketData

/// Bytes of one schema's records.
public struct SchemaBytes: Hashable, Sendable {
    /// As `Schema.names` numbers it.
    public let schema: UInt16
    public var bytes: Int
}

/// Counts bytes by schema.
struct SchemaMeter {
    private var counted: [SchemaBytes] = []

    /// - Parameters:
    ///   - schema: that the file's header names; mixed leaves it to the record's type.
    ///   - type: of the records.
    mutating func add(_ bytes: Int, schema: UInt16, type: UInt8) {
        guard bytes > 0, let schema = schema == Schema.mixed ? Schema.number(ofRecordType: type) : schema else {
            return
        }
        if let index = counted.firstIndex(where: { $0.schema == schema }) {
            counted[index].bytes += bytes
        } else {
            counted.append(SchemaBytes(schema: schema, bytes: bytes))
        }
    }

    /// What was counted since this was last asked, by schema.
    mutating func take() -> [SchemaBytes] {
        defer { counted.removeAll() }
        return counted.sorted { $0.schema < $1.schema }
    }
}
