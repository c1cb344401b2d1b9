internal import MarketData

/// The records that come before the books: who is listed, open interest, and that trading is on.
///
/// Definitions have the shape of real CME ones: an option leaves its price increment and its multiplier unset (the tick
/// follows from a table that `tick_rule` names, the contract size is `unit_of_measure_qty`).
extension SyntheticUniverse {
    /// Dollars a point of one contract, as DBN carries it.
    private static let pointValueNanos: Int64 = 20_000_000_000
    private static let futureTickNanos: Int64 = 250_000_000

    func metadata(_ session: SyntheticSession) -> Metadata {
        var metadata = Metadata(
            dataset: "GLBX.MDP3", schema: Schema.mixed, start: session.open.nanos, end: session.close.nanos,
            stypeIn: SymbolType.rawSymbol, stypeOut: SymbolType.instrumentID)
        // By UTC days, as mappings go: a session opens on the evening before its trade date.
        let first = CivilDate(daysSince1970: Int(session.open.seconds / 86_400)).compact
        let end = CivilDate(daysSince1970: Int(session.close.seconds / 86_400) + 1).compact
        metadata.symbols = instruments.map(\.symbol)
        metadata.mappings = instruments.map {
            Metadata.Mapping(
                rawSymbol: $0.symbol,
                intervals: [Metadata.Interval(start: first, end: end, symbol: String($0.id))])
        }
        return metadata
    }

    func definition(_ instrument: SyntheticInstrument, at time: UInt64) -> [UInt8] {
        let contract = contracts[instrument.contract]
        let isOption = !instrument.isFuture
        let unset = Undefined.price
        let unset32 = Int64(Undefined.int32)
        let activation = contract.expiration - 180 * 86_400_000_000_000
        return RecordBuilder.record(
            type: RecordType.definition, instrumentID: instrument.id, tsEvent: time,
            numbers: [
                "ts_recv": Int64(time), "min_price_increment": isOption ? unset : Self.futureTickNanos,
                "display_factor": 10_000_000, "expiration": Int64(contract.expiration), "activation": Int64(activation),
                "high_limit_price": isOption ? 99_999_000_000_000 : unset, "low_limit_price": unset,
                "max_price_variation": unset, "unit_of_measure_qty": Self.pointValueNanos,
                "min_price_increment_amount": isOption ? 0 : Self.futureTickNanos * 20, "price_ratio": unset,
                "inst_attrib_value": 270_339, "underlying_id": isOption ? Int64(contract.id) : 0,
                "raw_instrument_id": Int64(instrument.id), "market_depth_implied": 0, "market_depth": isOption ? 3 : 10,
                "market_segment_id": 68, "max_trade_vol": 3_000, "min_trade_vol": 1, "contract_multiplier": unset32,
                "decay_quantity": unset32, "original_contract_size": unset32, "appl_id": 310,
                "maturity_year": Int64(contract.year), "maturity_month": Int64(contract.month), "maturity_day": 255,
                "maturity_week": 255, "decay_start_date": 65_535, "channel_id": 0, "main_fraction": 255,
                "price_display_format": 255, "sub_fraction": 255, "underlying_product": 255,
                "contract_multiplier_unit": 127, "flow_schedule_type": 127, "tick_rule": isOption ? 4 : 255,
                "strike_price": isOption ? Int64(instrument.strikePoints) * 1_000_000_000 : unset, "leg_price": unset,
                "leg_delta": unset,
            ],
            texts: [
                "raw_symbol": instrument.symbol, "security_update_action": "A",
                "instrument_class": isOption ? (instrument.isCall ? "C" : "P") : "F", "currency": "USD",
                "settl_currency": "USD", "group": "NQ", "exchange": "XCME", "asset": "NQ",
                "cfi": isOption ? (instrument.isCall ? "OCAFPS" : "OPAFPS") : "FFIXSX",
                "security_type": isOption ? "OOF" : "FUT", "unit_of_measure": "IPNT",
                "underlying": isOption ? contract.symbol : "", "strike_price_currency": isOption ? "USD" : "",
                "match_algorithm": "F", "user_defined_instrument": "N", "leg_instrument_class": " ", "leg_side": "N",
            ])
    }

    /// Open interest of the day before, as the exchange publishes it (statistic 9).
    func openInterest(_ instrument: SyntheticInstrument, at time: UInt64, sequence: Int) -> [UInt8] {
        RecordBuilder.record(
            type: RecordType.statistics, instrumentID: instrument.id, tsEvent: time,
            numbers: [
                "ts_recv": Int64(time), "ts_ref": Int64(bitPattern: Undefined.timestamp), "price": Undefined.price,
                "quantity": Int64(instrument.openInterest), "sequence": Int64(sequence), "ts_in_delta": 15_000,
                "stat_type": Int64(StatisticsView.openInterest), "update_action": 1,
            ])
    }

    /// Trading, scheduled.
    func tradingStatus(_ instrument: SyntheticInstrument, at time: UInt64) -> [UInt8] {
        RecordBuilder.record(
            type: RecordType.status, instrumentID: instrument.id, tsEvent: time,
            numbers: ["ts_recv": Int64(time), "action": 7, "reason": 1, "trading_event": 0],
            texts: ["is_trading": "Y", "is_quoting": "Y", "is_short_sell_restricted": "~"])
    }
}
