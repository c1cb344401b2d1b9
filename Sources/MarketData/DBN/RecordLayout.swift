/// Where the fields of one record type in one DBN version lie, in the order Databento's JSON names them.
///
/// One table serves printing, upgrading and length checks. Offsets are bytes from the start of the record; the 16-byte
/// header is common to all. Source: databento/dbn `rust/dbn/src/record.rs`, `v1.rs`, `v2.rs`.
public struct RecordLayout: Sendable {
    public enum Kind: Hashable, Sendable {
        case u8, i8, u16, i16, u32, i32, u64, i64
        /// One ASCII character; NUL means none.
        case char
        /// NUL-padded text of so many bytes.
        case text(Int)
        /// Price levels of 32 bytes; consolidated ones name publishers instead of counts.
        case levels(Int, consolidated: Bool)
    }

    public struct Field: Hashable, Sendable {
        public let name: String
        public let offset: Int
        public let kind: Kind

        init(_ name: String, _ offset: Int, _ kind: Kind) {
            self.name = name
            self.offset = offset
            self.kind = kind
        }
    }

    /// As in Databento's own libraries: `MBOMsg`.
    public let name: String
    public let type: UInt8
    public let version: UInt8
    public let byteCount: Int
    public let fields: [Field]

    public static let all: [RecordLayout] = everyVersion + versioned

    /// Nil for a record type this version does not know.
    public static func of(type: UInt8, version: UInt8) -> RecordLayout? {
        guard (1...3).contains(version) else { return nil }
        return byTypeAndVersion[Int(type) * 3 + Int(version) - 1]
    }

    private static let byTypeAndVersion: [RecordLayout?] = {
        var table = [RecordLayout?](repeating: nil, count: 256 * 3)
        for layout in all { table[Int(layout.type) * 3 + Int(layout.version) - 1] = layout }
        return table
    }()

    private static let everyVersion: [RecordLayout] = {
        let common: [(String, UInt8, Int, [Field])] = [
            ("MBOMsg", RecordType.mbo, 56, mbo),
            ("TradeMsg", RecordType.trade, 48, trade),
            ("MBP1Msg", RecordType.mbp1, 80, trade + levels(1)),
            ("MBP10Msg", RecordType.mbp10, 368, trade + levels(10)),
            ("OHLCVMsg", RecordType.ohlcvDeprecated, 56, ohlcv),
            ("StatusMsg", RecordType.status, 40, status),
            ("ImbalanceMsg", RecordType.imbalance, 112, imbalance),
            ("OHLCVMsg", 0x20, 56, ohlcv),
            ("OHLCVMsg", 0x21, 56, ohlcv),
            ("OHLCVMsg", 0x22, 56, ohlcv),
            ("OHLCVMsg", 0x23, 56, ohlcv),
            ("OHLCVMsg", RecordType.ohlcvEndOfDay, 56, ohlcv),
            ("CMBP1Msg", RecordType.cmbp1, 80, cmbp),
            ("CMBP1Msg", RecordType.tcbbo, 80, cmbp),
            ("CBBOMsg", RecordType.cbbo1s, 80, cbbo),
            ("CBBOMsg", RecordType.cbbo1m, 80, cbbo),
            ("BBOMsg", RecordType.bbo1s, 80, bbo),
            ("BBOMsg", RecordType.bbo1m, 80, bbo),
        ]
        var layouts: [RecordLayout] = []
        for (name, type, byteCount, fields) in common {
            for version: UInt8 in 1...3 {
                layouts.append(.init(name: name, type: type, version: version, byteCount: byteCount, fields: fields))
            }
        }
        return layouts
    }()

    private static let versioned: [RecordLayout] = [
        .init(
            name: "InstrumentDefMsgV1", type: RecordType.definition, version: 1, byteCount: 360, fields: definitionV1),
        .init(
            name: "InstrumentDefMsgV2", type: RecordType.definition, version: 2, byteCount: 400, fields: definitionV2),
        .init(name: "InstrumentDefMsg", type: RecordType.definition, version: 3, byteCount: 520, fields: definitionV3),
        .init(name: "StatMsgV1", type: RecordType.statistics, version: 1, byteCount: 64, fields: statisticsV1),
        .init(name: "StatMsgV1", type: RecordType.statistics, version: 2, byteCount: 64, fields: statisticsV1),
        .init(name: "StatMsg", type: RecordType.statistics, version: 3, byteCount: 80, fields: statisticsV3),
        .init(
            name: "ErrorMsgV1", type: RecordType.error, version: 1, byteCount: 80, fields: [Field("err", 16, .text(64))]
        ),
        .init(name: "ErrorMsg", type: RecordType.error, version: 2, byteCount: 320, fields: error),
        .init(name: "ErrorMsg", type: RecordType.error, version: 3, byteCount: 320, fields: error),
        .init(
            name: "SystemMsgV1", type: RecordType.system, version: 1, byteCount: 80,
            fields: [Field("msg", 16, .text(64))]),
        .init(name: "SystemMsg", type: RecordType.system, version: 2, byteCount: 320, fields: system),
        .init(name: "SystemMsg", type: RecordType.system, version: 3, byteCount: 320, fields: system),
        .init(name: "SymbolMappingMsgV1", type: RecordType.symbolMapping, version: 1, byteCount: 80, fields: mappingV1),
        .init(name: "SymbolMappingMsg", type: RecordType.symbolMapping, version: 2, byteCount: 176, fields: mapping),
        .init(name: "SymbolMappingMsg", type: RecordType.symbolMapping, version: 3, byteCount: 176, fields: mapping),
    ]

    private static let mbo: [Field] = [
        Field("ts_recv", 40, .u64), Field("action", 38, .char), Field("side", 39, .char), Field("price", 24, .i64),
        Field("size", 32, .u32), Field("channel_id", 37, .u8), Field("order_id", 16, .u64), Field("flags", 36, .u8),
        Field("ts_in_delta", 48, .i32), Field("sequence", 52, .u32),
    ]

    private static let trade: [Field] = [
        Field("ts_recv", 32, .u64), Field("action", 28, .char), Field("side", 29, .char), Field("depth", 31, .u8),
        Field("price", 16, .i64), Field("size", 24, .u32), Field("flags", 30, .u8), Field("ts_in_delta", 40, .i32),
        Field("sequence", 44, .u32),
    ]

    private static func levels(_ count: Int, consolidated: Bool = false) -> [Field] {
        [Field("levels", 48, .levels(count, consolidated: consolidated))]
    }

    private static let bbo: [Field] =
        [
            Field("ts_recv", 32, .u64), Field("side", 29, .char), Field("price", 16, .i64), Field("size", 24, .u32),
            Field("flags", 30, .u8), Field("sequence", 44, .u32),
        ] + levels(1)

    private static let cmbp: [Field] =
        [
            Field("ts_recv", 32, .u64), Field("action", 28, .char), Field("side", 29, .char), Field("price", 16, .i64),
            Field("size", 24, .u32), Field("flags", 30, .u8), Field("ts_in_delta", 40, .i32),
        ] + levels(1, consolidated: true)

    private static let cbbo: [Field] =
        [
            Field("ts_recv", 32, .u64), Field("side", 29, .char), Field("price", 16, .i64), Field("size", 24, .u32),
            Field("flags", 30, .u8),
        ] + levels(1, consolidated: true)

    private static let ohlcv: [Field] = [
        Field("open", 16, .i64), Field("high", 24, .i64), Field("low", 32, .i64), Field("close", 40, .i64),
        Field("volume", 48, .u64),
    ]

    private static let status: [Field] = [
        Field("ts_recv", 16, .u64), Field("action", 24, .u16), Field("reason", 26, .u16),
        Field("trading_event", 28, .u16),
        Field("is_trading", 30, .char), Field("is_quoting", 31, .char), Field("is_short_sell_restricted", 32, .char),
    ]

    private static let imbalance: [Field] = [
        Field("ts_recv", 16, .u64), Field("ref_price", 24, .i64), Field("auction_time", 32, .u64),
        Field("cont_book_clr_price", 40, .i64), Field("auct_interest_clr_price", 48, .i64),
        Field("ssr_filling_price", 56, .i64), Field("ind_match_price", 64, .i64), Field("upper_collar", 72, .i64),
        Field("lower_collar", 80, .i64), Field("paired_qty", 88, .u32), Field("total_imbalance_qty", 92, .u32),
        Field("market_imbalance_qty", 96, .u32), Field("unpaired_qty", 100, .u32), Field("auction_type", 104, .char),
        Field("side", 105, .char), Field("auction_status", 106, .u8), Field("freeze_status", 107, .u8),
        Field("num_extensions", 108, .u8), Field("unpaired_side", 109, .char),
        Field("significant_imbalance", 110, .char),
    ]

    private static let statisticsV1: [Field] = [
        Field("ts_recv", 16, .u64), Field("ts_ref", 24, .u64), Field("price", 32, .i64), Field("quantity", 40, .i32),
        Field("sequence", 44, .u32), Field("ts_in_delta", 48, .i32), Field("stat_type", 52, .u16),
        Field("channel_id", 54, .u16), Field("update_action", 56, .u8), Field("stat_flags", 57, .u8),
    ]

    private static let statisticsV3: [Field] = [
        Field("ts_recv", 16, .u64), Field("ts_ref", 24, .u64), Field("price", 32, .i64), Field("quantity", 40, .i64),
        Field("sequence", 48, .u32), Field("ts_in_delta", 52, .i32), Field("stat_type", 56, .u16),
        Field("channel_id", 58, .u16), Field("update_action", 60, .u8), Field("stat_flags", 61, .u8),
    ]

    private static let error: [Field] = [
        Field("err", 16, .text(302)), Field("code", 318, .u8), Field("is_last", 319, .u8),
    ]

    private static let system: [Field] = [Field("msg", 16, .text(303)), Field("code", 319, .u8)]

    private static let mappingV1: [Field] = [
        Field("stype_in_symbol", 16, .text(22)), Field("stype_out_symbol", 38, .text(22)), Field("start_ts", 64, .u64),
        Field("end_ts", 72, .u64),
    ]

    private static let mapping: [Field] = [
        Field("stype_in", 16, .u8), Field("stype_in_symbol", 17, .text(71)), Field("stype_out", 88, .u8),
        Field("stype_out_symbol", 89, .text(71)), Field("start_ts", 160, .u64), Field("end_ts", 168, .u64),
    ]
}
