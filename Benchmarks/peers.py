"""What `run` starts with the interpreter PEERS_PYTHON names: the same work by libraries people use today.

    peers.py decode FILE.dbn         databento_dbn: every record of the file as an object, in pieces of 64 KiB
    peers.py book FILE.dbn.zst       nautilus_trader: L3 books, all deltas of an instrument in one call; decoding is not timed
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


def book(path):
    from nautilus_trader.adapters.databento import DatabentoDataLoader
    from nautilus_trader.core.nautilus_pyo3 import BookType, OrderBook, OrderBookDeltas

    deltas = DatabentoDataLoader().from_dbn_file(path, price_precision=2, as_legacy_cython=False, include_trades=False)
    by_instrument = {}
    for delta in deltas:
        by_instrument.setdefault(delta.instrument_id, []).append(delta)
    packed = [(instrument, OrderBookDeltas(instrument, some)) for instrument, some in by_instrument.items()]

    def once():
        books = {instrument: OrderBook(instrument, BookType.L3_MBO) for instrument, _ in packed}
        start = time.process_time()
        for instrument, some in packed:
            books[instrument].apply_deltas(some)
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
