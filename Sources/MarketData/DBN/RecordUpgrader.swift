/// Brings records of versions 1 and 2, and records with `ts_out`, to plain version 3.
///
/// A field keeps its value under its name; one that did not exist gets "no value" (or zero where the venue's own version 3
/// data has zero); codes of old error and system texts are inferred as databento/dbn `rust/dbn/src/compat.rs` does.
public struct RecordUpgrader: Sendable {
    private let version: UInt8
    private let trailerBytes: Int
    private let changed: [Bool]

    public init(version: UInt8, tsOut: Bool) {
        self.version = version
        trailerBytes = tsOut ? 8 : 0
        changed = (0...255).map { type in
            guard version < 3, let old = RecordLayout.of(type: UInt8(type), version: version) else { return false }
            return old.fields != RecordLayout.of(type: UInt8(type), version: 3)?.fields
        }
    }

    /// Whether every record already is what it should be.
    public var isIdentity: Bool { trailerBytes == 0 && !changed.contains(true) }

    @inlinable public func isUnchanged(_ record: RecordView) -> Bool { !needsUpgrade(record.type) }

    @usableFromInline func needsUpgrade(_ type: UInt8) -> Bool { trailerBytes > 0 || changed[Int(type)] }

    /// The record as version 3 bytes without `ts_out`.
    public func upgraded(_ record: RecordView) -> [UInt8] {
        let length = record.byteCount - trailerBytes
        guard changed[Int(record.type)], let old = RecordLayout.of(type: record.type, version: version),
            let new = RecordLayout.of(type: record.type, version: 3)
        else {
            var bytes = Array(record.bytes.prefix(length))
            bytes[0] = UInt8(length / 4)
            return bytes
        }
        var bytes = [UInt8](repeating: 0, count: new.byteCount)
        bytes.replaceSubrange(0..<16, with: record.bytes.prefix(16))
        bytes[0] = UInt8(new.byteCount / 4)
        for field in new.fields {
            if let source = old.fields.first(where: { $0.name == field.name }) {
                copy(source, of: record, to: field, in: &bytes)
            } else {
                fill(field, of: record, in: &bytes)
            }
        }
        return bytes
    }

    private func copy(
        _ source: RecordLayout.Field, of record: RecordView, to field: RecordLayout.Field, in bytes: inout [UInt8]
    ) {
        switch (source.kind, field.kind) {
        case (.text(let length), .text(let room)):
            let text = record.bytes[source.offset..<source.offset + length].prefix { $0 != 0 }.prefix(room - 1)
            bytes.replaceSubrange(field.offset..<field.offset + text.count, with: text)
        case (.i32, .i64):
            let value: Int32 = record.load(source.offset)
            bytes.store(value == Undefined.int32 ? Undefined.quantity : Int64(value), at: field.offset)
        case (.u32, .u64):
            bytes.store(UInt64(record.load(source.offset, as: UInt32.self)), at: field.offset)
        default:
            let size = source.kind.byteCount
            bytes.replaceSubrange(
                field.offset..<field.offset + size, with: record.bytes[source.offset..<source.offset + size])
        }
    }

    private func fill(_ field: RecordLayout.Field, of record: RecordView, in bytes: inout [UInt8]) {
        switch field.name {
        case "leg_price", "leg_delta": bytes.store(Undefined.price, at: field.offset)
        case "leg_side": bytes[field.offset] = UInt8(ascii: "N")
        case "stype_in", "stype_out", "is_last": bytes[field.offset] = .max
        case "code":
            let text = record.text(at: 16, length: 64)
            bytes[field.offset] = record.type == RecordType.error ? Self.errorCode(text) : Self.systemCode(text)
        default: break
        }
    }

    static func errorCode(_ text: String) -> UInt8 {
        if text.hasPrefix("User or API key deactivated") { return 2 }
        if text.hasPrefix("User has reached their open connection limit") { return 3 }
        if text.hasPrefix("Failed to resolve symbol") { return 4 }
        if text.hasPrefix("Internal error") { return 6 }
        if text.hasPrefix("Slow client detected for") { return 7 }
        return .max
    }

    static func systemCode(_ text: String) -> UInt8 {
        if text == "Heartbeat" { return 0 }
        if text.hasPrefix("Subscription request"), text.hasSuffix("succeeded") { return 1 }
        if text.hasPrefix("Warning: slow reading") { return 2 }
        if text.hasPrefix("Finished"), text.hasSuffix("replay") { return 3 }
        if text.hasPrefix("End of interval for") { return 4 }
        return .max
    }
}

extension RecordLayout.Kind {
    var byteCount: Int {
        switch self {
        case .u8, .i8, .char: return 1
        case .u16, .i16: return 2
        case .u32, .i32: return 4
        case .u64, .i64: return 8
        case .text(let length): return length
        case .levels(let count, _): return count * 32
        }
    }
}

extension [UInt8] {
    /// Overwrites the little-endian integer at `offset`.
    mutating func store<T: FixedWidthInteger>(_ value: T, at offset: Int) {
        Swift.withUnsafeBytes(of: value.littleEndian) { replaceSubrange(offset..<offset + $0.count, with: $0) }
    }
}
