internal import Histogram

extension LatencyHistogram {
    /// The layout that `encoded` writes.
    static let layout: UInt8 = 1
    /// No more samples than this in one encoded histogram, a million a second for 12 days, so that no sum overflows.
    private static let mostSamples: UInt64 = 1 << 40

    /// The histogram as bytes, which are equal for equal histograms.
    ///
    /// Layout 1: the byte 1, then numbers of seven bits a byte, low bits first, the high bit saying that more follow:
    /// lost; clamped; samples within the first limit and how many more within each of the next three; number of cells.
    /// If there are cells: smallest, largest and sum; then for each cell that has samples, in rising order, its lowest
    /// time in units of 128 ns less that of the cell before, and its samples.
    package var encoded: [UInt8] {
        var bytes = [Self.layout]
        bytes.append(varint: UInt64(lost))
        bytes.append(varint: UInt64(clamped))
        for index in 0..<4 { bytes.append(varint: UInt64(within[index] - (index > 0 ? within[index - 1] : 0))) }
        var body: [UInt8] = []
        var before: UInt64 = 0
        var cellCount: UInt64 = 0
        forEachCell { lowest, _, samples in
            let position = lowest / Self.unitNanos
            body.append(varint: position - before)
            body.append(varint: UInt64(samples))
            before = position
            cellCount += 1
        }
        bytes.append(varint: cellCount)
        if cellCount > 0 {
            for number in [smallest, largest, sum] { bytes.append(varint: number) }
        }
        return bytes + body
    }

    /// - Throws: `LatencyError` for anything `encoded` does not write.
    package init(decoding bytes: [UInt8]) throws(LatencyError) {
        var reader = VarintReader(bytes: bytes)
        let layout = try reader.byte("the layout")
        guard layout == Self.layout else { throw .unknownLayout(layout) }
        lost = try reader.count("lost", atMost: Self.mostSamples)
        clamped = try reader.count("clamped", atMost: Self.mostSamples)
        var samplesWithin: Int64 = 0
        for index in 0..<4 {
            samplesWithin += Int64(try reader.count("samples within a limit", atMost: Self.mostSamples))
            within[index] = samplesWithin
        }
        let cellCount = try reader.count("number of cells", atMost: UInt64(bytes.count))
        if cellCount > 0 {
            smallest = try reader.number("the smallest")
            largest = try reader.number("the largest")
            sum = try reader.number("the sum")
            guard smallest <= largest, largest <= Self.highestNanos else {
                throw reader.damaged("smallest \(smallest) and largest \(largest) do not fit each other or an hour")
            }
        }
        try readCells(cellCount, from: &reader)
        guard reader.isAtEnd else { throw reader.damaged("more bytes than the histogram has") }
        let possible = Self.product(smallest, measured)...Self.product(largest, measured)
        guard measured == 0 || possible.contains(sum), clamped <= (largest == Self.highestNanos ? measured : 0) else {
            throw reader.damaged("its sum or its clamped samples do not fit its cells")
        }
    }

    /// Besides the cells themselves, checks what the head says of them.
    private mutating func readCells(_ count: Int, from reader: inout VarintReader) throws(LatencyError) {
        var position: UInt64 = 0
        var lowest: UInt64 = 0
        var total: Int64 = 0
        var limit = 0
        for index in 0..<count {
            let step = try reader.number("a cell's distance")
            let samples = try reader.count("a cell's samples", atMost: Self.mostSamples)
            guard step > 0 || index == 0, step <= Self.highestNanos / Self.unitNanos, samples > 0 else {
                throw reader.damaged("cells do not rise, or one is empty")
            }
            position += step
            lowest = position * Self.unitNanos
            let width = Self.cellWidth(lowest)
            guard lowest <= largest, lowest & (width - 1) == 0 else {
                throw reader.damaged("no cell begins at \(lowest) ns, or it is beyond the largest")
            }
            guard index > 0 || smallest >= lowest && smallest - lowest < width else {
                throw reader.damaged("the smallest is not in the first cell")
            }
            let highest = lowest + width - 1
            while limit < 4, Self.limits[limit] < highest {
                // Of the cell that a limit cuts, any number of samples may be within it.
                let most = lowest <= Self.limits[limit] ? total + Int64(samples) : total
                guard (total...most).contains(within[limit]) else { throw reader.contradiction }
                limit += 1
            }
            cells.record(lowest, count: UInt64(samples))
            total += Int64(samples)
            guard total <= Self.mostSamples else { throw reader.damaged("more samples than can be") }
        }
        for limit in limit..<4 where within[limit] != total { throw reader.contradiction }
        guard count == 0 || largest - lowest < Self.cellWidth(lowest) else {
            throw reader.damaged("the largest is not in the last cell")
        }
    }

    /// The largest number if it is beyond that.
    private static func product(_ nanos: UInt64, _ count: Int) -> UInt64 {
        let (product, overflow) = nanos.multipliedReportingOverflow(by: UInt64(count))
        return overflow ? .max : product
    }
}

extension [UInt8] {
    fileprivate mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}

/// Reads numbers of seven bits a byte.
private struct VarintReader {
    let bytes: [UInt8]
    private var offset = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func byte(_ what: String) throws(LatencyError) -> UInt8 {
        guard offset < bytes.count else { throw damaged("it ends before \(what)") }
        offset += 1
        return bytes[offset - 1]
    }

    /// Refuses numbers beyond 64 bits and such as could have been written shorter.
    mutating func number(_ what: String) throws(LatencyError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let byte = try byte(what)
            let bits = UInt64(byte & 0x7F)
            guard shift < 63 || bits <= 1 else { break }
            value |= bits << shift
            if byte < 0x80 {
                guard byte > 0 || shift == 0 else { break }
                return value
            }
        }
        throw damaged("\(what) is no number of seven bits a byte")
    }

    mutating func count(_ what: String, atMost limit: UInt64) throws(LatencyError) -> Int {
        let value = try number(what)
        guard value <= limit else { throw damaged("\(what): \(value) is more than \(limit)") }
        return Int(value)
    }

    func damaged(_ reason: String) -> LatencyError { .damaged(offset: offset, reason: reason) }

    var contradiction: LatencyError { damaged("its cells do not have the samples it counts within its limits") }
}
