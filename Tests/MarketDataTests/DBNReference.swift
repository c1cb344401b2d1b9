/// Where every field lies, transcribed from the project's reference `dbn-format.md`, sections 3 and 6, and from nothing of
/// ours. `DBNRecordTests` reads it.
enum DBNReference {
    struct Field {
        let name: String
        let offset: Int
        /// `u8` to `i64`, `char`, or `text` and a length.
        let kind: String
    }

    struct Record: CustomStringConvertible {
        let name: String
        let type: UInt8
        let version: UInt8
        let byteCount: Int
        let fields: [Field]

        var description: String { "\(name) type \(type) version \(version)" }
    }

    static let records: [Record] = plain + byVersion + definitions

    /// Name, record types, size; then fields. These are the same in every version.
    private static let plain: [Record] = [
        (
            "MBOMsg", [160], 56,
            """
            order_id 16 u64, price 24 i64, size 32 u32, flags 36 u8, channel_id 37 u8, action 38 char, side 39 char,
            ts_recv 40 u64, ts_in_delta 48 i32, sequence 52 u32
            """
        ),
        ("TradeMsg", [0], 48, trade),
        ("MBP1Msg", [1], 80, trade + level(0)),
        ("MBP10Msg", [10], 368, (0..<10).reduce(trade) { $0 + level($1) }),
        (
            "BBOMsg", [195, 196], 80,
            "price 16 i64, size 24 u32, side 29 char, flags 30 u8, ts_recv 32 u64, sequence 44 u32" + level(0)
        ),
        (
            "CMBP1Msg", [177, 194], 80,
            "price 16 i64, size 24 u32, action 28 char, side 29 char, flags 30 u8, ts_recv 32 u64, ts_in_delta 40 i32"
                + consolidated
        ),
        (
            "CBBOMsg", [192, 193], 80,
            "price 16 i64, size 24 u32, side 29 char, flags 30 u8, ts_recv 32 u64" + consolidated
        ),
        (
            "OHLCVMsg", [17, 32, 33, 34, 35, 36], 56,
            "open 16 i64, high 24 i64, low 32 i64, close 40 i64, volume 48 u64"
        ),
        (
            "StatusMsg", [18], 40,
            """
            ts_recv 16 u64, action 24 u16, reason 26 u16, trading_event 28 u16, is_trading 30 char, is_quoting 31 char,
            is_short_sell_restricted 32 char
            """
        ),
        (
            "ImbalanceMsg", [20], 112,
            """
            ts_recv 16 u64, ref_price 24 i64, auction_time 32 u64, cont_book_clr_price 40 i64,
            auct_interest_clr_price 48 i64, ssr_filling_price 56 i64, ind_match_price 64 i64, upper_collar 72 i64,
            lower_collar 80 i64, paired_qty 88 u32, total_imbalance_qty 92 u32, market_imbalance_qty 96 u32,
            unpaired_qty 100 u32, auction_type 104 char, side 105 char, auction_status 106 u8, freeze_status 107 u8,
            num_extensions 108 u8, unpaired_side 109 char, significant_imbalance 110 char
            """
        ),
    ].flatMap { name, types, byteCount, fields in
        types.flatMap { type in
            [1, 2, 3].map { Record(name: name, type: type, version: $0, byteCount: byteCount, fields: parsed(fields)) }
        }
    }

    private static let trade = """
        price 16 i64, size 24 u32, action 28 char, side 29 char, flags 30 u8, depth 31 u8, ts_recv 32 u64,
        ts_in_delta 40 i32, sequence 44 u32
        """

    private static func level(_ index: Int) -> String {
        let at = 48 + 32 * index
        return """
            , bid_px/\(index) \(at) i64, ask_px/\(index) \(at + 8) i64, bid_sz/\(index) \(at + 16) u32,
            ask_sz/\(index) \(at + 20) u32, bid_ct/\(index) \(at + 24) u32, ask_ct/\(index) \(at + 28) u32
            """
    }

    private static let consolidated = """
        , bid_px/0 48 i64, ask_px/0 56 i64, bid_sz/0 64 u32, ask_sz/0 68 u32, bid_pb/0 72 u16, ask_pb/0 76 u16
        """

    /// Name, record type, versions, size; then fields.
    private static let byVersion: [Record] = [
        ("ErrorMsgV1", 21, [1], 80, "err 16 text64"),
        ("ErrorMsg", 21, [2, 3], 320, "err 16 text302, code 318 u8, is_last 319 u8"),
        ("SystemMsgV1", 23, [1], 80, "msg 16 text64"),
        ("SystemMsg", 23, [2, 3], 320, "msg 16 text303, code 319 u8"),
        (
            "SymbolMappingMsgV1", 22, [1], 80,
            "stype_in_symbol 16 text22, stype_out_symbol 38 text22, start_ts 64 u64, end_ts 72 u64"
        ),
        (
            "SymbolMappingMsg", 22, [2, 3], 176,
            """
            stype_in 16 u8, stype_in_symbol 17 text71, stype_out 88 u8, stype_out_symbol 89 text71, start_ts 160 u64,
            end_ts 168 u64
            """
        ),
        (
            "StatMsgV1", 24, [1, 2], 64,
            """
            ts_recv 16 u64, ts_ref 24 u64, price 32 i64, quantity 40 i32, sequence 44 u32, ts_in_delta 48 i32,
            stat_type 52 u16, channel_id 54 u16, update_action 56 u8, stat_flags 57 u8
            """
        ),
        (
            "StatMsg", 24, [3], 80,
            """
            ts_recv 16 u64, ts_ref 24 u64, price 32 i64, quantity 40 i64, sequence 48 u32, ts_in_delta 52 i32,
            stat_type 56 u16, channel_id 58 u16, update_action 60 u8, stat_flags 61 u8
            """
        ),
    ].flatMap { (name: String, type: UInt8, versions: [UInt8], byteCount: Int, fields: String) in
        versions.map { Record(name: name, type: type, version: $0, byteCount: byteCount, fields: parsed(fields)) }
    }

    private static func parsed(_ text: String) -> [Field] {
        text.split(separator: ",").map { entry in
            let words = entry.split(whereSeparator: \.isWhitespace)
            return Field(name: String(words[0]), offset: Int(words[1]) ?? -1, kind: String(words[2]))
        }
    }

    private static let definitions: [Record] = [
        ("InstrumentDefMsgV1", 1, 360), ("InstrumentDefMsgV2", 2, 400), ("InstrumentDefMsg", 3, 520),
    ].map { (name: String, version: UInt8, byteCount: Int) in
        let fields = definitionTable.split(separator: "\n").compactMap { line -> Field? in
            let cells = line.split(separator: "|").map { $0.split(separator: " ").map { String($0) } }
            let cell = cells[Int(version)]
            guard cell.count == 2, let offset = Int(cell[0]) else { return nil }
            return Field(name: cells[0][0], offset: offset, kind: cell[1])
        }
        return Record(name: name, type: 19, version: version, byteCount: byteCount, fields: fields)
    }

    /// Field, then offset and kind in versions 1, 2 and 3.
    private static let definitionTable = """
        ts_recv | 16 u64 | 16 u64 | 16 u64
        min_price_increment | 24 i64 | 24 i64 | 24 i64
        display_factor | 32 i64 | 32 i64 | 32 i64
        expiration | 40 u64 | 40 u64 | 40 u64
        activation | 48 u64 | 48 u64 | 48 u64
        high_limit_price | 56 i64 | 56 i64 | 56 i64
        low_limit_price | 64 i64 | 64 i64 | 64 i64
        max_price_variation | 72 i64 | 72 i64 | 72 i64
        unit_of_measure_qty | 88 i64 | 88 i64 | 80 i64
        min_price_increment_amount | 96 i64 | 96 i64 | 88 i64
        price_ratio | 104 i64 | 104 i64 | 96 i64
        strike_price | 328 i64 | 112 i64 | 104 i64
        raw_instrument_id | 120 u32 | 128 u32 | 112 u64
        leg_price | - | - | 120 i64
        leg_delta | - | - | 128 i64
        inst_attrib_value | 112 i32 | 120 i32 | 136 i32
        underlying_id | 116 u32 | 124 u32 | 140 u32
        market_depth_implied | 124 i32 | 132 i32 | 144 i32
        market_depth | 128 i32 | 136 i32 | 148 i32
        market_segment_id | 132 u32 | 140 u32 | 152 u32
        max_trade_vol | 136 u32 | 144 u32 | 156 u32
        min_lot_size | 140 i32 | 148 i32 | 160 i32
        min_lot_size_block | 144 i32 | 152 i32 | 164 i32
        min_lot_size_round_lot | 148 i32 | 156 i32 | 168 i32
        min_trade_vol | 152 u32 | 160 u32 | 172 u32
        contract_multiplier | 160 i32 | 164 i32 | 176 i32
        decay_quantity | 164 i32 | 168 i32 | 180 i32
        original_contract_size | 168 i32 | 172 i32 | 184 i32
        leg_instrument_id | - | - | 188 u32
        leg_ratio_price_numerator | - | - | 192 i32
        leg_ratio_price_denominator | - | - | 196 i32
        leg_ratio_qty_numerator | - | - | 200 i32
        leg_ratio_qty_denominator | - | - | 204 i32
        leg_underlying_id | - | - | 208 u32
        appl_id | 178 i16 | 178 i16 | 212 i16
        maturity_year | 180 u16 | 180 u16 | 214 u16
        decay_start_date | 182 u16 | 182 u16 | 216 u16
        channel_id | 184 u16 | 184 u16 | 218 u16
        leg_count | - | - | 220 u16
        leg_index | - | - | 222 u16
        currency | 186 text4 | 186 text4 | 224 text4
        settl_currency | 190 text4 | 190 text4 | 228 text4
        secsubtype | 194 text6 | 194 text6 | 232 text6
        raw_symbol | 200 text22 | 200 text71 | 238 text71
        group | 222 text21 | 271 text21 | 309 text21
        exchange | 243 text5 | 292 text5 | 330 text5
        asset | 248 text7 | 297 text7 | 335 text11
        cfi | 255 text7 | 304 text7 | 346 text7
        security_type | 262 text7 | 311 text7 | 353 text7
        unit_of_measure | 269 text31 | 318 text31 | 360 text31
        underlying | 300 text21 | 349 text21 | 391 text21
        strike_price_currency | 321 text4 | 370 text4 | 412 text4
        leg_raw_symbol | - | - | 416 text71
        instrument_class | 325 char | 374 char | 487 char
        match_algorithm | 342 char | 375 char | 488 char
        main_fraction | 344 u8 | 377 u8 | 489 u8
        price_display_format | 345 u8 | 378 u8 | 490 u8
        sub_fraction | 347 u8 | 380 u8 | 491 u8
        underlying_product | 348 u8 | 381 u8 | 492 u8
        security_update_action | 349 char | 382 char | 493 char
        maturity_month | 350 u8 | 383 u8 | 494 u8
        maturity_day | 351 u8 | 384 u8 | 495 u8
        maturity_week | 352 u8 | 385 u8 | 496 u8
        user_defined_instrument | 353 char | 386 char | 497 char
        contract_multiplier_unit | 354 i8 | 387 i8 | 498 i8
        flow_schedule_type | 355 i8 | 388 i8 | 499 i8
        tick_rule | 356 u8 | 389 u8 | 500 u8
        leg_instrument_class | - | - | 501 char
        leg_side | - | - | 502 char
        trading_reference_price | 80 i64 | 80 i64 | -
        trading_reference_date | 176 u16 | 176 u16 | -
        md_security_trading_status | 343 u8 | 376 u8 | -
        settl_price_type | 346 u8 | 379 u8 | -
        """
}
