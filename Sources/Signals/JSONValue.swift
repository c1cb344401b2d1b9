/// One JSON text (RFC 8259) as values, for lines of engines and their configurations.
///
/// Stricter than most readers, because two readers of one line must never differ: a name twice in one object, a number beyond
/// the range of `Double`, bytes that are no UTF-8 and half surrogate pairs are errors. Integers are exact.
public enum JSONValue: Hashable, Sendable {
    case null
    case flag(Bool)
    /// A number without point and exponent that fits.
    case integer(Int64)
    /// A number without point and exponent from 2^63 to 2^64 - 1.
    case count(UInt64)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])
}

/// Why bytes are no JSON text. `offset` counts bytes from the start.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    public let offset: Int
    public let reason: String

    public var description: String { "at byte \(offset): \(reason)" }
}

extension JSONValue {
    /// Lists and objects inside each other.
    public static let maxDepth = 32

    /// Reads exactly one value with nothing but white space around it.
    public static func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONValue {
        var scanner = JSONScanner(bytes: bytes)
        let value = try scanner.value(depth: 0)
        scanner.skipSpace()
        guard scanner.position == bytes.count else { throw scanner.error("more after the end of the value") }
        return value
    }

    public static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        // Rethrowing a typed error through `withUnsafeBytes` needs this detour.
        let result: Result<JSONValue, JSONError> = bytes.withUnsafeBytes { buffer in
            do throws(JSONError) { return .success(try parse(buffer)) } catch { return .failure(error) }
        }
        return try result.get()
    }
}

private struct JSONScanner {
    let bytes: UnsafeRawBufferPointer
    var position = 0

    func error(_ reason: String) -> JSONError { JSONError(offset: position, reason: reason) }

    /// 0 at the end, which no grammar rule accepts.
    private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 32, 9, 10, 13: position += 1
            default: return
            }
        }
    }

    mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .list(try list(depth: depth))
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "t"): return try literal("true", .flag(true))
        case UInt8(ascii: "f"): return try literal("false", .flag(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), 48...57: return try number()
        default: throw error(position < bytes.count ? "no value begins like this" : "the text ends early")
        }
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let count = text.utf8CodeUnitCount
        guard bytes.count - position >= count,
            (0..<count).allSatisfy({ bytes[position + $0] == text.utf8Start[$0] })
        else { throw error("expected \(text)") }
        position += count
        return value
    }

    private mutating func object(depth: Int) throws(JSONError) -> [String: JSONValue] {
        guard depth < JSONValue.maxDepth else { throw error("nested more than \(JSONValue.maxDepth) deep") }
        position += 1
        var fields: [String: JSONValue] = [:]
        skipSpace()
        if current == UInt8(ascii: "}") {
            position += 1
            return fields
        }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw error("expected a name in quotes") }
            let start = position
            let name = try text()
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw error("expected a colon after a name") }
            position += 1
            let value = try value(depth: depth + 1)
            guard fields.updateValue(value, forKey: name) == nil else {
                position = start
                throw error("a name for the second time in one object")
            }
            skipSpace()
            if current == UInt8(ascii: ",") {
                position += 1
            } else if current == UInt8(ascii: "}") {
                position += 1
                return fields
            } else {
                throw error("expected a comma or the end of the object")
            }
        }
    }

    private mutating func list(depth: Int) throws(JSONError) -> [JSONValue] {
        guard depth < JSONValue.maxDepth else { throw error("nested more than \(JSONValue.maxDepth) deep") }
        position += 1
        var values: [JSONValue] = []
        skipSpace()
        if current == UInt8(ascii: "]") {
            position += 1
            return values
        }
        while true {
            values.append(try value(depth: depth + 1))
            skipSpace()
            if current == UInt8(ascii: ",") {
                position += 1
            } else if current == UInt8(ascii: "]") {
                position += 1
                return values
            } else {
                throw error("expected a comma or the end of the list")
            }
        }
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        let isNegative = current == UInt8(ascii: "-")
        if isNegative { position += 1 }
        var magnitude: UInt64 = 0
        var isExact = true
        let firstDigit = position
        while (48...57).contains(current) {
            let (product, tooBig) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = product.addingReportingOverflow(UInt64(current - 48))
            if tooBig || overflow { isExact = false }
            magnitude = sum
            position += 1
        }
        guard position > firstDigit else { throw error("expected a digit") }
        guard position == firstDigit + 1 || bytes[firstDigit] != 48 else { throw error("a number with a leading zero") }
        var isInteger = true
        if current == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        if isInteger, isExact {
            if !isNegative { return Int64(exactly: magnitude).map { .integer($0) } ?? .count(magnitude) }
            if magnitude <= 1 << 63 { return .integer(Int64(truncatingIfNeeded: 0 &- magnitude)) }
        }
        let spelling = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(spelling), value.isFinite else { throw error("a number out of range") }
        return .number(value)
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while (48...57).contains(current) { position += 1 }
        guard position > start else { throw error("expected a digit") }
    }

    private mutating func text() throws(JSONError) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let text = try utf8(bytes[start..<position])
                position += 1
                return text
            case UInt8(ascii: "\\"): return try escapedText(from: start)
            case 0..<32: throw error("a control character in a text")
            default: position += 1
            }
        }
        throw error("a text without its end")
    }

    /// The slow way, from the first escape on.
    private mutating func escapedText(from start: Int) throws(JSONError) -> String {
        var raw = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try utf8(raw[...])
            case UInt8(ascii: "\\"): try escape(into: &raw)
            case 0..<32: throw error("a control character in a text")
            default: raw.append(byte)
            }
        }
        throw error("a text without its end")
    }

    private mutating func escape(into raw: inout [UInt8]) throws(JSONError) {
        let letter = current
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): raw.append(letter)
        case UInt8(ascii: "b"): raw.append(8)
        case UInt8(ascii: "f"): raw.append(12)
        case UInt8(ascii: "n"): raw.append(10)
        case UInt8(ascii: "r"): raw.append(13)
        case UInt8(ascii: "t"): raw.append(9)
        case UInt8(ascii: "u"):
            var code = try hex()
            if (0xD800..<0xDC00).contains(code), current == UInt8(ascii: "\\"), position + 1 < bytes.count,
                bytes[position + 1] == UInt8(ascii: "u")
            {
                position += 2
                let low = try hex()
                guard (0xDC00..<0xE000).contains(low) else { throw error("half a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("half a surrogate pair") }
            raw.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
        default: throw error("an unknown escape")
        }
    }

    private mutating func hex() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch current {
            case 48...57: digit = current - 48
            case 65...70: digit = current - 55
            case 97...102: digit = current - 87
            default: throw error("expected four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    private func utf8(_ bytes: some Sequence<UInt8>) throws(JSONError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw error("a text that is no UTF-8") }
        return text
    }
}
