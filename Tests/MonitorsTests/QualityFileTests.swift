import Foundation
import MarketData
import Testing

@testable import Monitors

/// Public files of CME data, found through TANDEM_TESTDATA only. What is expected of them was counted apart, by a script over
/// their records in JSON.
@Suite struct QualityFileTests {
    private static let folder = ProcessInfo.processInfo.environment["TANDEM_TESTDATA"]
    private static var hasData: ConditionTrait { .enabled(if: folder != nil, "TANDEM_TESTDATA is not set") }

    private func report(_ name: String, definitions: String? = nil) throws -> QualityReport {
        var monitor = QualityMonitor(
            calendar: try ExchangeCalendar(named: "cme-globex-equity"), terms: QualityTerms(markIntervalNanos: nil))
        for file in [definitions, name].compactMap({ $0 }) { try feed(file, to: &monitor) }
        let report = monitor.current
        return try #require(report)
    }

    private func feed(_ name: String, to monitor: inout QualityMonitor) throws {
        let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: (Self.folder ?? "") + "/dbn/glbx/" + name)))
        var zstandard = ZstandardDecoder()
        var decoder = RecordDecoder()
        var space = [UInt8](repeating: 0, count: 1 << 16)
        let upgrader = RecordUpgrader(version: 1, tsOut: false)
        var offset = 0
        while true {
            let (read, written) = try file.withUnsafeBytes { input in
                try space.withUnsafeMutableBytes {
                    try zstandard.decompress(UnsafeRawBufferPointer(rebasing: input[offset...]), into: $0)
                }
            }
            offset += read
            if read == 0, written == 0 { return }
            space[..<written].withUnsafeBytes { decoder.append($0) }
            while let run = try decoder.nextRun() {
                // Only definitions differ between the versions of these files.
                guard run.contains(where: { $0.type == RecordType.definition }) else {
                    monitor.apply(run)
                    continue
                }
                for record in run {
                    upgrader.upgraded(record).withUnsafeBytes { monitor.apply(RecordRun(within: $0, from: 0)) }
                }
            }
        }
    }

    @Test(hasData) func ordersOfTwoSecondsAreClean() throws {
        let report = try report(
            "orderbooks_mbo_2024-05-08T00-00-00_2024-05-08T00-00-02.dbn.zst",
            definitions: "orderbooks_definition.dbn.zst")
        #expect(report.counts.marketRecords == 13_796)
        // All but the snapshot; their sequences jump five times, since the file is one instrument of its channel.
        #expect(report.counts.snapshotRecords == 13_796 - 195)
        for part in [QualityPart.order, .sequence, .repeats, .clocks, .definitions] {
            #expect(report.value(of: part) == 1, "\(part)")
        }
        #expect(report.instruments.undefined == 0)
        // Two seconds of a session are no session: this is what is wrong with the file.
        #expect(report.gaps.map(\.kind) == [.silence])
        #expect(report.counts.minutesWithData == 1)
    }

    @Test(hasData) func aSnapshotAloneProvesNothing() throws {
        let report = try report("esh4-glbx-mdp3-20231224.mbo.dbn.zst")
        #expect(report.counts.marketRecords == 8725)
        #expect(report.value(of: .order) == nil || report.value(of: .order) == 1)
        #expect(report.counts.lateRecords == 0)
        #expect(report.counts.repeats == 0)
        #expect(report.counts.skewed == 0)
    }

    @Test(
        hasData,
        arguments: [
            ("futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst", 2288),
            ("futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst", 120),
        ])
    func quotesAndTradesOfFourMinutesAreClean(name: String, records: Int) throws {
        let report = try report(
            "historical_bars_catalog/" + name, definitions: "historical_bars_catalog/futures_definition.dbn.zst")
        #expect(report.counts.marketRecords == records)
        for part in [QualityPart.order, .clocks] { #expect(report.value(of: part) == 1, "\(part)") }
        #expect(report.counts.repeats == 0)
        #expect(report.counts.lateRecords == 0)
        #expect(report.counts.minutesWithData == 4)
    }
}
