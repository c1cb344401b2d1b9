/// Record types of DBN by the number in byte 1 of the header. Source: databento/dbn `rust/dbn/src/enums.rs`.
public enum RecordType {
    public static let trade: UInt8 = 0x00
    public static let mbp1: UInt8 = 0x01
    public static let mbp10: UInt8 = 0x0A
    public static let ohlcvDeprecated: UInt8 = 0x11
    public static let status: UInt8 = 0x12
    public static let definition: UInt8 = 0x13
    public static let imbalance: UInt8 = 0x14
    public static let error: UInt8 = 0x15
    public static let symbolMapping: UInt8 = 0x16
    public static let system: UInt8 = 0x17
    public static let statistics: UInt8 = 0x18
    public static let ohlcv1s: UInt8 = 0x20
    public static let ohlcvEndOfDay: UInt8 = 0x24
    public static let mbo: UInt8 = 0xA0
    public static let cmbp1: UInt8 = 0xB1
    public static let cbbo1s: UInt8 = 0xC0
    public static let cbbo1m: UInt8 = 0xC1
    public static let tcbbo: UInt8 = 0xC2
    public static let bbo1s: UInt8 = 0xC3
    public static let bbo1m: UInt8 = 0xC4
}

/// Bits of a record's `flags`; test with a mask, never compare the whole byte.
public enum RecordFlags {
    /// The last record of the venue event for this instrument.
    public static let last: UInt8 = 128
    public static let topOfBook: UInt8 = 64
    public static let snapshot: UInt8 = 32
    public static let marketByPrice: UInt8 = 16
    public static let badReceiveTime: UInt8 = 8
    /// An unrecoverable gap in the channel: the book may be wrong until it is rebuilt.
    public static let maybeBadBook: UInt8 = 4
}

/// DBN's numbers for "no value".
public enum Undefined {
    public static let price = Int64.max
    public static let timestamp = UInt64.max
    public static let quantity = Int64.max
    public static let int32 = Int32.max
}

/// Names of schemas in the order of their numbers.
public enum Schema {
    public static let names = [
        "mbo", "mbp-1", "mbp-10", "tbbo", "trades", "ohlcv-1s", "ohlcv-1m", "ohlcv-1h", "ohlcv-1d", "definition",
        "statistics",
        "status", "imbalance", "ohlcv-eod", "cmbp-1", "cbbo-1s", "cbbo-1m", "tcbbo", "bbo-1s", "bbo-1m",
    ]
    public static let mbo: UInt16 = 0
    public static let mixed = UInt16.max

    /// The schema whose records have this type, as vendors bill them; nil for what no schema brings: marks, symbol
    /// mappings, errors. A `tbbo` record has the type of `mbp-1`; the header of its file tells them apart.
    public static func number(ofRecordType type: UInt8) -> UInt16? {
        switch type {
        case RecordType.mbo: mbo
        case RecordType.mbp1: 1
        case RecordType.mbp10: 2
        case RecordType.trade: 4
        case RecordType.ohlcv1s..<RecordType.ohlcvEndOfDay: 5 + UInt16(type - RecordType.ohlcv1s)
        case RecordType.definition: 9
        case RecordType.statistics: 10
        case RecordType.status: 11
        case RecordType.imbalance: 12
        case RecordType.ohlcvEndOfDay: 13
        case RecordType.cmbp1: 14
        case RecordType.cbbo1s: 15
        case RecordType.cbbo1m: 16
        case RecordType.tcbbo: 17
        case RecordType.bbo1s: 18
        case RecordType.bbo1m: 19
        default: nil
        }
    }

    /// Nil for mixed (a Live session); `schema-N` for a number this version does not know.
    public static func name(_ number: UInt16) -> String? {
        if number == mixed { return nil }
        return Int(number) < names.count ? names[Int(number)] : "schema-\(number)"
    }
}

/// How a symbol names an instrument.
public enum SymbolType {
    public static let names = [
        "instrument_id", "raw_symbol", "smart", "continuous", "parent", "nasdaq_symbol", "cms_symbol", "isin",
        "us_code",
        "bbg_comp_id", "bbg_comp_ticker", "figi", "figi_ticker",
    ]
    public static let instrumentID: UInt8 = 0
    public static let rawSymbol: UInt8 = 1
    /// A product's whole family: `NQ.FUT` its futures, `NQ.OPT` the options on them.
    public static let parent: UInt8 = 4
    public static let mixed = UInt8.max

    public static func name(_ number: UInt8) -> String? {
        if number == mixed { return nil }
        return Int(number) < names.count ? names[Int(number)] : "stype-\(number)"
    }
}
