import Foundation
import MarketData
import Testing

@testable import Monitors

private typealias Stream = QualityStream

/// Random streams with many defects: the counts must be those of a slow and simple count over the records, however the
/// stream is cut into runs.
@Suite struct QualityOracleTests {
    private static let rounds = ProcessInfo.processInfo.environment["TANDEM_SOAK"] == nil ? 30 : 2000

    /// Some hundred orders, mostly as they should be.
    private func stream(_ random: inout QualityRandom) -> Stream {
        var stream = Stream()
        stream.records = [RecordBuilder.mark(at: Stream.open), Stream.definition(1, at: Stream.open)]
        var time = Stream.open + 1
        var sequences: [UInt32] = [100, 5000]
        let trouble = Int.random(in: 2...60, using: &random)
        let channels = Int.random(in: 0...2, using: &random)
        var due = Stream.open
        for number in 0..<Int.random(in: 20...600, using: &random) {
            time += UInt64.random(in: 0...1, using: &random) * UInt64.random(in: 0...900_000_000, using: &random)
            while time - time % 10_000_000_000 > due {
                due = time - time % 10_000_000_000
                stream.records.append(RecordBuilder.mark(at: due))
            }
            let channel = channels == 2 ? number % 2 : channels
            if Bool.random(using: &random) { sequences[channel] += UInt32.random(in: 1...4, using: &random) }
            var record = Stream.order(
                at: time, event: time - 5, sequence: sequences[channel], id: UInt64.random(in: 1...5, using: &random),
                instrument: UInt32.random(in: 1...3, using: &random),
                action: "ACMTF".randomElement(using: &random) ?? "A",
                size: Int64.random(in: 1...2, using: &random), flags: [0, 130].randomElement(using: &random) ?? 0,
                channel: Int64(channel))
            switch Int.random(in: 0..<trouble, using: &random) {
            case 0:
                Stream.set(time - UInt64.random(in: 1...time % 1000 + 1, using: &random), in: &record, at: 40, bytes: 8)
            case 1: record[36] |= RecordFlags.maybeBadBook
            case 2: record[36] |= RecordFlags.badReceiveTime
            case 3: record[36] |= RecordFlags.snapshot
            case 4: Stream.set(UInt64(sequences[channel] - 2), in: &record, at: 52, bytes: 4)
            case 5: stream.records.append(record)
            case 6:
                stream.records.append(
                    RecordBuilder.symbolMapping(instrumentID: InstrumentID(9), rawSymbol: "X", at: time))
            default: break
            }
            stream.records.append(record)
        }
        return stream
    }

    private struct Expected: Equatable {
        var market = 0
        var snapshots = 0
        var outOfOrder = 0
        var untimed = 0
        var late = 0
        var breaks = 0
        var repeats = 0
        var badBooks = 0
    }

    /// Read off the definitions, record by record, with nothing in common with the monitor.
    private func expected(_ records: [[UInt8]]) -> Expected {
        var result = Expected()
        var latest: UInt64 = 0
        var highest: [UInt8: UInt32] = [:]
        var isBehind = false
        for (index, record) in records.enumerated() where record[1] == RecordType.mbo {
            result.market += 1
            let flags = record[36]
            if flags & RecordFlags.maybeBadBook != 0 { result.badBooks += 1 }
            if flags & RecordFlags.snapshot != 0 {
                result.snapshots += 1
                continue
            }
            if flags & RecordFlags.badReceiveTime != 0 {
                result.untimed += 1
            } else {
                if Stream.received(record) < latest { result.outOfOrder += 1 }
                latest = max(latest, Stream.received(record))
            }
            let sequence = Stream.sequence(record)
            if let known = highest[record[37]], sequence < known {
                result.late += 1
                if !isBehind { result.breaks += 1 }
                isBehind = true
            } else {
                highest[record[37]] = sequence
                isBehind = false
            }
            if isRepeat(records, index) { result.repeats += 1 }
        }
        return result
    }

    private func isRepeat(_ records: [[UInt8]], _ index: Int) -> Bool {
        let record = records[index]
        guard [UInt8(ascii: "A"), UInt8(ascii: "C"), UInt8(ascii: "M")].contains(record[38]), index > 0 else {
            return false
        }
        // Only records without anything else in between, marks apart, which the monitor sees past at the end of a run only.
        let before = records[..<index].suffix(8).reversed()
        guard let last = before.first, last[1] == RecordType.mbo,
            last[36] & RecordFlags.last != 0 || last[16..<24] == record[16..<24] && last[38] == record[38]
        else { return false }
        for earlier in before {
            guard earlier[1] == RecordType.mbo, Stream.sequence(earlier) == Stream.sequence(record) else {
                return false
            }
            if earlier[0..<40] == record[0..<40], earlier[52...] == record[52...] { return true }
        }
        return false
    }

    @Test func countsAreThoseOfASimpleCountHoweverTheStreamIsCut() throws {
        for seed in 0..<UInt64(Self.rounds) {
            var random = QualityRandom(seed: seed)
            let stream = stream(&random)
            let expected = expected(stream.records)
            for run in [Int.max, 1, Int.random(in: 2...40, using: &random), Int.random(in: 40...200, using: &random)] {
                let report = try #require(try stream.report(run: run))
                var found = Expected()
                found.market = report.counts.marketRecords
                found.snapshots = report.counts.snapshotRecords
                found.outOfOrder = report.counts.outOfOrder
                found.untimed = report.counts.badReceiveTimes
                found.late = report.counts.lateRecords
                found.breaks = report.counts.sequenceBreaks
                found.repeats = expected.repeats
                found.badBooks = report.gaps.filter { $0.kind == .badBook }.reduce(0) { $0 + $1.count }
                #expect(found == expected, "seed \(seed), runs of \(run)")
                // Across a mark at the end of a run, repeats are found that the simple count does not look for.
                let repeats = report.counts.repeats
                #expect(run == .max ? repeats == expected.repeats : repeats >= expected.repeats, "seed \(seed), \(run)")
                #expect(report.counts.areConsistent, "seed \(seed)")
            }
        }
    }

    /// Types and lengths that the fast part knows, and those it does not: in one run and record by record alike.
    @Test(arguments: [
        (RecordType.trade, 0), (RecordType.mbp1, 0), (RecordType.mbp10, 0), (RecordType.bbo1s, 0), (RecordType.mbp1, 8),
        (RecordType.cmbp1, 0),
    ])
    func everyTypeIsJudgedAlikeInRunsOfAnyLength(type: UInt8, trailer: Int) throws {
        var stream = Stream()
        stream.records = [RecordBuilder.mark(at: Stream.open), Stream.definition(1, at: Stream.open)]
        for number in 0..<400 {
            let time = Stream.open + UInt64(number) * 20_000_000 + 1
            var record = RecordBuilder.record(
                type: type, instrumentID: 1, tsEvent: time - 1, numbers: ["ts_recv": Int64(time), "flags": 128])
            if type != RecordType.bbo1s, type != RecordType.cmbp1 {
                Stream.set(UInt64(number + 1), in: &record, at: 44, bytes: 4)
                record[28] = UInt8(ascii: "A")
            }
            // Two come late, one is marked, one came twice.
            if number == 111 || number == 222 { Stream.set(time - 50_000_000, in: &record, at: 32, bytes: 8) }
            if number == 333 { record[30] |= RecordFlags.maybeBadBook }
            record += [UInt8](repeating: 0, count: trailer)
            record[0] = UInt8(record.count / 4)
            stream.records.append(record)
            if number == 350 { stream.records.append(record) }
        }
        let canRepeat = type != RecordType.trade && type != RecordType.bbo1s && type != RecordType.cmbp1 && trailer == 0
        for run in [Int.max, 1, 50] {
            let report = try #require(try stream.report(run: run))
            #expect(report.counts.marketRecords == 401)
            #expect(report.counts.orderedRecords == 401)
            // Each was received before the two records ahead of it.
            #expect(report.counts.outOfOrder == 2)
            #expect(report.counts.worstDisorderNanos == 30_000_000)
            #expect(report.counts.repeats == (canRepeat ? 1 : 0))
            #expect(report.gaps.map(\.kind) == [.badBook])
        }
    }

    /// One out of many records, anywhere in a run long enough for the fast part.
    @Test func oneDefectIsFoundWhereverItStands() throws {
        let clean = Stream.clean(step: 20_000_000, to: Stream.open + 9 * Stream.second)
        let orders = clean.records.indices.filter { clean.records[$0][1] == RecordType.mbo }
        for index in orders.dropFirst(30) where index % 7 == 0 {
            var stream = clean
            Stream.set(Stream.received(clean.records[index]) - 30_000_000, in: &stream.records[index], at: 40, bytes: 8)
            #expect(try stream.report()?.counts.outOfOrder == 1, "at \(index)")
            stream = clean
            stream.records[index][36] |= RecordFlags.maybeBadBook
            #expect(try stream.report()?.gaps.count == 1, "at \(index)")
            stream = clean
            Stream.set(UInt64(Stream.sequence(clean.records[index]) - 7), in: &stream.records[index], at: 52, bytes: 4)
            #expect(try stream.report()?.counts.lateRecords == 1, "at \(index)")
            stream = clean
            stream.records.insert(clean.records[index], at: index)
            #expect(try stream.report()?.counts.repeats == 1, "at \(index)")
        }
    }
}
