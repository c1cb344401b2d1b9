"""What `run` starts with the interpreter PEERS_PYTHON names: the same work by libraries people use today.

    peers.py decode FILE.dbn         databento_dbn: every record of the file as an object, in pieces of 64 KiB
    peers.py book FILE.dbn.zst       nautilus_trader: L3 books, one call for each exchange event and the best prices read after
                                     it, as a live engine would; decoding is not timed
    peers.py WORK --probe            only whether the library is there

Prints {"records", "seconds"}: CPU time, the median of three runs after one that does not count.
"""
import gc
import json
import statistics
import sys
import time


def decode(path):
    import databento_dbn

    def once():
        decoder = databento_dbn.DBNDecoder()
        records = -1  # the metadata comes first
        with open(path, "rb") as file:
            start = time.process_time()
            while piece := file.read(1 << 16):
                decoder.write(piece)
                records += len(decoder.decode())
            return records, time.process_time() - start

    return once


LAST = 128  # F_LAST of DBN: the record that completes an exchange event


def events(deltas):
    """Neighbours of one instrument up to and with a LAST."""
    event = []
    for delta in deltas:
        if event and event[-1].instrument_id != delta.instrument_id:
            yield event
            event = []
        event.append(delta)
        if delta.flags & LAST:
            yield event
            event = []
    if event:
        yield event


def book(path):
    from nautilus_trader.adapters.databento import DatabentoDataLoader
    from nautilus_trader.core.nautilus_pyo3 import BookType, OrderBook, OrderBookDeltas

    deltas = DatabentoDataLoader().from_dbn_file(path, price_precision=2, as_legacy_cython=False, include_trades=False)
    packed = [(event[0].instrument_id, OrderBookDeltas(event[0].instrument_id, event)) for event in events(deltas)]

    def once():
        books = {instrument: OrderBook(instrument, BookType.L3_MBO) for instrument, _ in packed}
        calls = [(books[instrument], event) for instrument, event in packed]
        start = time.process_time()
        for own, event in calls:
            own.apply_deltas(event)
            own.best_bid_price()
            own.best_ask_price()
        return len(deltas), time.process_time() - start

    return once


def probe(work):
    if work == "decode":
        import databento_dbn  # noqa: F401
    else:
        import nautilus_trader.adapters.databento  # noqa: F401


def main():
    work, path = sys.argv[1:3]
    if path == "--probe":
        return probe(work)
    once = {"decode": decode, "book": book}[work](path)
    seconds = []
    for run in range(4):
        gc.collect()
        gc.disable()
        records, took = once()
        gc.enable()
        if run > 0:
            seconds.append(took)
    print(json.dumps({"records": records, "seconds": statistics.median(seconds)}))


if __name__ == "__main__":
    main()
