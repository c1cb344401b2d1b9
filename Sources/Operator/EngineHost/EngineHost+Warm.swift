internal import Engines
internal import Feeds
package import MarketData
internal import Signals

extension EngineHost {
    /// What came of warming an engine up.
    package struct WarmSummary: Sendable, Codable {
        package var engine: String
        package var version: String
        package var records: UInt64
        package var signals: Int
    }

    /// Lets an engine learn from recorded sessions into a folder, as if it had run through them; its signals go nowhere.
    ///
    /// Sessions are learnt as they close, so what the last file leaves open is not kept.
    ///
    /// - Parameter onProgress: called now and then with the records read and the feed's time.
    package static func warm(
        name: String, configurationPath: String?, files: [String], stateFolder: String, calendar: ExchangeCalendar,
        complain: @escaping @Sendable (String) -> Void, onProgress: (UInt64, Timestamp) -> Void
    ) throws -> WarmSummary {
        guard let builtIn = BuiltInEngine(rawValue: name) else {
            throw ConfigurationError(problems: ["there is no built-in engine \"\(name)\""])
        }
        var engine = try builtIn.make(configuration: try configuration(at: configurationPath))
        engine.remember(in: FolderMemory(folder: stateFolder, complain: complain))
        let feed = try MergedFeed(FeedPlan(files: files, calendar: calendar))
        var output = EngineOutput()
        while let chunk = try feed.nextChunk() {
            chunk.withRun { engine.process($0, firstIndex: chunk.firstIndex, into: &output) }
            output.removeAll()
            onProgress(chunk.endIndex, chunk.time)
        }
        return WarmSummary(
            engine: name, version: engine.version, records: engine.recordCount, signals: output.signalCount)
    }
}
