import MarketData
import Testing

@testable import Monitors

private typealias Stream = QualityStream

@Suite struct QualitySequenceTests {
    private let place = Stream.open + 4 * Stream.halfHour

    private func spoiled(_ spoil: (inout Stream, Int) -> Void) -> Stream {
        var stream = Stream.clean(to: place + Stream.halfHour)
        spoil(&stream, stream.place(at: place + Stream.second))
        return stream
    }

    @Test(arguments: [1, Int.max])
    func aSequenceBehindItsChannelIsLate(run: Int) throws {
        let stream = spoiled { stream, index in
            let sequence = UInt64(Stream.sequence(stream.records[index]))
            Stream.set(sequence - 30, in: &stream.records[index], at: 52, bytes: 4)
        }
        let report = try #require(try stream.report(run: run))
        #expect(report.counts.lateRecords == 1)
        #expect(report.counts.sequenceBreaks == 1)
        #expect(report.gaps.isEmpty)
    }

    @Test func aSequenceThatBeginsAnewCountsOnce() throws {
        let stream = spoiled { stream, index in
            var sequence: UInt64 = 2_000_000
            for index in stream.records.indices where stream.records[index][1] == RecordType.mbo {
                Stream.set(sequence, in: &stream.records[index], at: 52, bytes: 4)
                sequence += 1
            }
            sequence = 1
            for index in index..<stream.records.count where stream.records[index][1] == RecordType.mbo {
                Stream.set(sequence, in: &stream.records[index], at: 52, bytes: 4)
                sequence += 1
            }
        }
        let report = try #require(try stream.report())
        #expect(report.counts.lateRecords == 1)
    }

    @Test func aSequenceMayPassTheEndOfItsRange() throws {
        let stream = spoiled { stream, _ in
            var sequence: UInt64 = 0xFFFF_FF00
            for index in stream.records.indices where stream.records[index][1] == RecordType.mbo {
                Stream.set(sequence & 0xFFFF_FFFF, in: &stream.records[index], at: 52, bytes: 4)
                sequence += 1
            }
        }
        #expect(try stream.report()?.counts.lateRecords == 0)
        #expect(try stream.report(run: 1)?.counts.lateRecords == 0)
    }

    /// Records of two channels in turn, each in order: `channelIDs` say whether the feed tells them apart.
    private func interleaved(channelIDs: (Int64, Int64)) -> Stream {
        spoiled { stream, _ in
            var (a, b): (UInt64, UInt64) = (1000, 700_000)
            for (turn, index) in stream.records.indices.filter({ stream.records[$0][1] == RecordType.mbo }).enumerated()
            {
                Stream.set(turn % 2 == 0 ? a : b, in: &stream.records[index], at: 52, bytes: 4)
                stream.records[index][37] = UInt8(turn % 2 == 0 ? channelIDs.0 : channelIDs.1)
                if turn % 2 == 0 { a += 1 } else { b += 1 }
            }
        }
    }

    @Test(arguments: [1, 40, Int.max])
    func channelsAreNumberedApart(run: Int) throws {
        let report = try #require(try interleaved(channelIDs: (5, 6)).report(run: run))
        #expect(report.counts.lateRecords == 0)
        #expect(report.value(of: .sequence) == 1)
    }

    @Test func channelsUnderOneIDAreNotJudged() throws {
        let report = try #require(try interleaved(channelIDs: (0, 0)).report())
        #expect(report.counts.isSequenceMixed)
        #expect(report.value(of: .sequence) == nil)
        #expect(report.score == 1)
    }

    @Test func dataSentAgainIsLateAndNotMixed() throws {
        let stream = spoiled { stream, index in
            let again = stream.records[index - 300..<index].filter { $0[1] == RecordType.mbo }
            stream.records.insert(contentsOf: again, at: index)
        }
        let report = try #require(try stream.report())
        // Of 300 records 100 are marks. The last packet comes again last, with the highest sequence.
        #expect(report.counts.lateRecords == 199)
        #expect(report.counts.sequenceBreaks == 1)
        #expect(report.value(of: .sequence) == 0)
    }

    @Test func aFilteredFeedHasJumpsAndNoGaps() throws {
        let stream = spoiled { stream, index in stream.records.removeSubrange(index..<index + 3) }
        let report = try #require(try stream.report())
        #expect(report.counts.missingPackets == nil)
        #expect(report.gaps.isEmpty)
    }

    @Test func aWholeChannelProvesWhatIsMissing() throws {
        var terms = QualityTerms()
        terms.sequenceUse = .wholeChannel
        let whole = spoiled { stream, _ in
            var sequence: UInt64 = 10
            for index in stream.records.indices where stream.records[index][1] == RecordType.mbo {
                Stream.set(sequence, in: &stream.records[index], at: 52, bytes: 4)
                sequence += 1
            }
        }
        let clean = try #require(try whole.report(terms))
        #expect(clean.counts.missingPackets == 0)
        #expect(clean.score == 1)

        var spoiled = whole
        let index = spoiled.place(at: place + Stream.second)
        let lost = spoiled.records[index..<index + 4].filter { $0[1] == RecordType.mbo }.count
        spoiled.records.removeAll {
            $0[1] == RecordType.mbo && Stream.received($0) > place && Stream.received($0) < place + 15 * Stream.second
        }
        let report = try #require(try spoiled.report(terms))
        #expect(lost == 3)
        #expect(report.counts.missingPackets == 3)
        // The last before came at -4 s, in the half hour before; the next at +16 s.
        #expect(
            report.gaps == [
                .init(kind: .sequence, from: place - 4 * Stream.second, to: place + 16 * Stream.second, count: 3)
            ])
        #expect(report.taintedHalfHours.map(\.start) == [place - Stream.halfHour, place])
    }

    @Test func sequencesBeginAnewAfterAnOutage() throws {
        var terms = QualityTerms()
        terms.sequenceUse = .wholeChannel
        var stream = Stream()
        stream.records = [
            RecordBuilder.mark(at: Stream.open), Stream.order(at: Stream.open + 1, sequence: 5, id: 1),
            Stream.order(at: Stream.open + 20, sequence: 90, id: 2),
        ]
        let report = try #require(
            try stream.report(
                terms,
                facts: { monitor, time in
                    if time == Stream.open + 20 { monitor.feedWasDown(from: Stream.open + 2, to: Stream.open + 19) }
                }))
        #expect(report.counts.missingPackets == 0)
        #expect(report.gaps.map(\.kind) == [.reported])
    }

    // MARK: Repeats

    @Test(arguments: [1, 7, Int.max])
    func aRecordThatCameTwiceIsARepeat(run: Int) throws {
        let stream = spoiled { stream, index in
            // Not a mark in between: two orders follow each mark.
            var again = stream.records[index]
            Stream.set(Stream.received(again) + 9, in: &again, at: 40, bytes: 8)
            stream.records.insert(again, at: index + 1)
        }
        #expect(try stream.report(run: run)?.counts.repeats == 1)
    }

    /// A packet of three orders in two events, twice.
    private func packet(_ index: Int, _ stream: Stream) -> [[UInt8]] {
        let time = Stream.received(stream.records[index])
        let sequence = Stream.sequence(stream.records[index]) + 1
        return [
            Stream.order(at: time, sequence: sequence, id: 901, flags: 0),
            Stream.order(at: time, sequence: sequence, id: 902, action: "C"),
            Stream.order(at: time, sequence: sequence, id: 901, action: "M", size: 2),
        ]
    }

    @Test(arguments: [1, 2, Int.max])
    func aPacketThatCameTwiceIsFound(run: Int) throws {
        let once = spoiled { stream, index in stream.records.insert(contentsOf: packet(index, stream), at: index + 1) }
        #expect(try once.report(run: run)?.counts.repeats == 0)
        let twice = spoiled { stream, index in
            stream.records.insert(contentsOf: packet(index, stream) + packet(index, stream), at: index + 1)
        }
        // The second of the packet stands behind a record that ends no event, and another order.
        #expect(try twice.report(run: run)?.counts.repeats == 2)
    }

    @Test(arguments: ["T", "F"] as [Character])
    func tradesOfOneSizeAreNoRepeats(action: Character) throws {
        let stream = spoiled { stream, index in
            let time = Stream.received(stream.records[index])
            let trade = Stream.order(at: time, sequence: 1_000_000, id: 5, action: action)
            stream.records.insert(contentsOf: [trade, trade], at: index + 1)
            for later in stream.records.indices.suffix(from: index + 3) where stream.records[later][1] == RecordType.mbo
            {
                Stream.set(
                    UInt64(Stream.sequence(stream.records[later])) + 1_000_000, in: &stream.records[later], at: 52,
                    bytes: 4)
            }
        }
        let report = try #require(try stream.report())
        #expect(report.counts.repeats == 0)
        #expect(report.counts.lateRecords == 0)
    }

    @Test func marketByPriceRecordsRepeatOnlyWithTheirLevels() throws {
        func quote(_ bid: Int64, at time: UInt64) -> [UInt8] {
            var record = RecordBuilder.record(
                type: RecordType.mbp1, instrumentID: Stream.instrument, tsEvent: time - 10,
                numbers: [
                    "price": 5, "size": 1, "flags": 130, "action": Int64(UInt8(ascii: "A")), "ts_recv": Int64(time),
                    "sequence": 7,
                ])
            Stream.set(UInt64(bid), in: &record, at: 48, bytes: 8)
            return record
        }
        var stream = Stream()
        let time = Stream.open + 5
        stream.records = [
            RecordBuilder.mark(at: Stream.open), quote(1, at: time), quote(2, at: time), quote(2, at: time),
        ]
        let report = try #require(try stream.report())
        #expect(report.counts.repeatable == 3)
        #expect(report.counts.repeats == 1)
        // These records name no channel, so that nothing is said about their sequences.
        #expect(report.counts.sequencedRecords == 0)
        #expect(report.value(of: .sequence) == nil)
    }
}
