/// Prints records as Databento's JSON: 64-bit numbers as text, the rest as numbers, in the order of `RecordLayout`.
public struct RecordJSON: Sendable {
    private let version: UInt8
    private let tsOut: Bool

    /// - Parameter version: of the records as they lie in memory.
    public init(version: UInt8, tsOut: Bool = false) {
        self.version = version
        self.tsOut = tsOut
    }

    /// Appends one compact object without a newline. A record of an unknown type shows its header and length.
    public func append(_ record: RecordView, to out: inout [UInt8]) {
        out.append(ascii: "{")
        guard let layout = RecordLayout.of(type: record.type, version: version) else {
            appendHeader(record, to: &out)
            out.append(ascii: ",\"unknown_bytes\":")
            out.append(decimal: record.byteCount - 16)
            out.append(ascii: "}")
            return
        }
        var headerWritten = false
        for field in layout.fields {
            if !headerWritten, field.name != "ts_recv" {
                appendHeader(record, to: &out)
                headerWritten = true
                out.append(ascii: ",")
            }
            out.append(ascii: "\"")
            out.append(ascii: field.name)
            out.append(ascii: "\":")
            append(field, of: record, to: &out)
            if !headerWritten {
                out.append(ascii: ",")
            } else if field.name != layout.fields.last?.name {
                out.append(ascii: ",")
            }
        }
        if tsOut {
            out.append(ascii: ",\"ts_out\":\"")
            out.append(decimal: record.load(record.byteCount - 8, as: UInt64.self))
            out.append(ascii: "\"")
        }
        out.append(ascii: "}")
    }

    private func appendHeader(_ record: RecordView, to out: inout [UInt8]) {
        out.append(ascii: "\"hd\":{\"ts_event\":\"")
        out.append(decimal: record.tsEvent)
        out.append(ascii: "\",\"rtype\":")
        out.append(decimal: record.type)
        out.append(ascii: ",\"publisher_id\":")
        out.append(decimal: record.publisherID)
        out.append(ascii: ",\"instrument_id\":")
        out.append(decimal: record.instrumentID.rawValue)
        out.append(ascii: "}")
    }

    private func append(_ field: RecordLayout.Field, of record: RecordView, to out: inout [UInt8]) {
        switch field.kind {
        case .u8: out.append(decimal: record.load(field.offset, as: UInt8.self))
        case .i8: out.append(decimal: record.load(field.offset, as: Int8.self))
        case .u16: out.append(decimal: record.load(field.offset, as: UInt16.self))
        case .i16: out.append(decimal: record.load(field.offset, as: Int16.self))
        case .u32: out.append(decimal: record.load(field.offset, as: UInt32.self))
        case .i32: out.append(decimal: record.load(field.offset, as: Int32.self))
        case .u64: out.append(quoted: record.load(field.offset, as: UInt64.self))
        case .i64: out.append(quoted: record.load(field.offset, as: Int64.self))
        case .char:
            let character: UInt8 = record.load(field.offset)
            if character == 0 {
                out.append(ascii: "null")
            } else {
                out.append(jsonString: CollectionOfOne(character))
            }
        case .text(let length):
            out.append(jsonString: record.bytes[field.offset..<field.offset + length].prefix { $0 != 0 })
        case .levels(let count, let consolidated):
            out.append(ascii: "[")
            for level in 0..<count {
                if level > 0 { out.append(ascii: ",") }
                append(levelAt: field.offset + level * 32, consolidated: consolidated, of: record, to: &out)
            }
            out.append(ascii: "]")
        }
    }

    private func append(levelAt offset: Int, consolidated: Bool, of record: RecordView, to out: inout [UInt8]) {
        out.append(ascii: "{\"bid_px\":")
        out.append(quoted: record.load(offset, as: Int64.self))
        out.append(ascii: ",\"ask_px\":")
        out.append(quoted: record.load(offset + 8, as: Int64.self))
        out.append(ascii: ",\"bid_sz\":")
        out.append(decimal: record.load(offset + 16, as: UInt32.self))
        out.append(ascii: ",\"ask_sz\":")
        out.append(decimal: record.load(offset + 20, as: UInt32.self))
        out.append(ascii: consolidated ? ",\"bid_pb\":" : ",\"bid_ct\":")
        out.append(decimal: consolidated ? UInt32(record.load(offset + 24, as: UInt16.self)) : record.load(offset + 24))
        out.append(ascii: consolidated ? ",\"ask_pb\":" : ",\"ask_ct\":")
        out.append(decimal: consolidated ? UInt32(record.load(offset + 28, as: UInt16.self)) : record.load(offset + 28))
        out.append(ascii: "}")
    }
}

extension [UInt8] {
    public mutating func append(ascii text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    public mutating func append(ascii text: String) { append(contentsOf: text.utf8) }

    /// Digits without a `String` in between; of at most 64 bits.
    @inlinable public mutating func append(decimal value: some FixedWidthInteger) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(digitsOf: UInt64(value.magnitude))
    }

    @usableFromInline mutating func append(digitsOf value: UInt64) {
        var rest = value
        let first = count
        repeat {
            append(UInt8(truncatingIfNeeded: 48 + rest % 10))
            rest /= 10
        } while rest > 0
        // They came from the last to the first.
        var (low, high) = (first, count - 1)
        while low < high {
            swapAt(low, high)
            low += 1
            high -= 1
        }
    }

    mutating func append(quoted value: some FixedWidthInteger) {
        append(UInt8(ascii: "\""))
        append(decimal: value)
        append(UInt8(ascii: "\""))
    }

    /// A JSON string with quotes, escaped as RFC 8259 asks; bytes that are no UTF-8 become U+FFFD.
    public mutating func append(jsonString bytes: some Collection<UInt8>) {
        append(UInt8(ascii: "\""))
        // Most texts lie in one piece, where a look at each byte costs no call.
        if !(bytes.withContiguousStorageIfAvailable { appendPlain($0) } ?? appendPlain(bytes)) {
            for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars { append(escaped: scalar) }
        }
        append(UInt8(ascii: "\""))
    }

    /// Appends what a JSON string holds as it is; gives false, and appends nothing, where a byte asks for more.
    private mutating func appendPlain(_ bytes: some Collection<UInt8>) -> Bool {
        guard
            bytes.allSatisfy({ $0 >= 32 && $0 < 127 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
        else { return false }
        append(contentsOf: bytes)
        return true
    }

    private mutating func append(escaped scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": append(contentsOf: "\\\"".utf8)
        case "\\": append(contentsOf: "\\\\".utf8)
        case "\n": append(contentsOf: "\\n".utf8)
        case "\r": append(contentsOf: "\\r".utf8)
        case "\t": append(contentsOf: "\\t".utf8)
        case _ where scalar.value < 32 || scalar.value == 127:
            let hex = String(scalar.value, radix: 16)
            append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - hex.count) + hex).utf8)
        default: append(contentsOf: String(scalar).utf8)
        }
    }
}
