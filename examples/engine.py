#!/usr/bin/env python3
"""An engine for Tandem: says long or short whenever a future trades past a multiple of 10 points."""
import json, struct, sys
from decimal import Decimal

STEP = 10 * 10**9                                           # DBN counts prices in units of 1e-9
read, names, last, n, ts = sys.stdin.buffer.read, {}, {}, 0, 0

def say(**line): print(json.dumps(line), flush=True)        # nothing may wait while we block on input
def points(price): return f"{Decimal(price).scaleb(-9):f}"  # prices go out as exact decimals

say(type="hello", engine="ten-points", version="1", contract=1, schemas=["mbo", "definition"])
read(struct.unpack("<4xI", read(8).ljust(8, b"\0"))[0])     # skip the header of the stream
while (head := read(1)) and len(rest := read(head[0] * 4 - 1)) == head[0] * 4 - 1:
    record = head + rest                                    # its first byte is its length in words of 4 bytes
    kind, publisher, instrument, ts = struct.unpack_from("<xBHIQ", record)
    if kind == 0x13 and record[487] == ord("F"):            # the definition of a future
        names[instrument] = record[238:309].rstrip(b"\0").decode()
    elif kind == 0xA0 and record[38] == ord("T") and instrument in names:  # a trade, market by order
        price = struct.unpack_from("<q", record, 24)[0]
        before, last[instrument] = last.get(instrument, price), price
        if before // STEP != price // STEP:
            way, side = (1, "long") if price > before else (-1, "short")
            say(type="signal", id=f"{instrument}-{ts}-{price}-{side}", cause=n, ts_event=ts, instrument_id=instrument,
                symbol=names[instrument], underlying_id=instrument, direction=side, strength="HIGH", confidence=0.7,
                action="BUY" if way > 0 else "SELL", price=points(price), target=points(price + way * STEP),
                stop=points(price - way * STEP // 2), horizon_s=900)
    n += 1
    if kind == 0x17 and publisher == instrument == record[319] == 0:       # a mark: answer it
        say(type="progress", records=n, ts_event=ts)
say(type="progress", records=n, ts_event=ts)                # the end of input: the last word
