internal import Engines
internal import Glibc
internal import MarketData
internal import Signals

/// Runs a built-in engine as a Unix filter: DBN on standard input, lines of the engine contract on standard output.
///
/// The line `hello` is written before anything is read. Everything an engine has to say is written before the next read, so
/// nothing waits while input blocks. Input of versions 1 and 2 is upgraded on the way.
public enum EngineHost {
    enum Exit {
        static let ended: Int32 = 0
        static let internalError: Int32 = 1
        static let usage: Int32 = 2
        static let damagedInput: Int32 = 9
        static let badConfiguration: Int32 = 78
        /// What a shell shows for a filter whose reader went away.
        static let outputClosed: Int32 = 141
    }

    /// Runs until the end of input and gives the exit code: 0 ended, 2 no such engine or a bad descriptor, 9 damaged input,
    /// 78 bad configuration, 141 standard output was closed. Everything but 0 and 141 says why on standard error.
    ///
    /// - Parameters:
    ///   - configurationPath: a JSON file; nil takes `TANDEM_ENGINE_CONFIG`, and without that the defaults.
    ///   - lifeline: a descriptor to watch; once its other end closes, the process ends (code 1).
    ///   - parent: process id of whoever started this; the process dies with it.
    ///   - explains: whether each signal comes with a line on standard error that says what it was compared with.
    public static func run(
        name: String, configurationPath: String? = nil, lifeline: Int32? = nil, parent: Int32? = nil,
        explains: Bool = false
    ) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        if let parent, !ParentWatch.dieWith(parent: parent) { return Exit.internalError }
        if let lifeline, !ParentWatch.watch(lifeline) {
            Streams().complain(name, "descriptor \(lifeline), given with --lifeline, is not open")
            return Exit.usage
        }
        return run(name: name, configurationPath: configurationPath, streams: Streams(), explains: explains)
    }

    /// The descriptors an engine talks through.
    struct Streams {
        var input = STDIN_FILENO
        var output = STDOUT_FILENO
        var errors = STDERR_FILENO

        func complain(_ name: String, _ sentence: String) {
            let line = Array("tandem engine \(name): \(sentence)\n".utf8)
            // Nobody is left to tell when standard error does not take it.
            _ = line.withUnsafeBytes { write(errors, $0.baseAddress, $0.count) }
        }
    }

    static func run(
        name: String, configurationPath: String?, streams: Streams, explains: Bool = false
    ) -> Int32 {
        guard let builtIn = BuiltInEngine(rawValue: name) else {
            let known = BuiltInEngine.listed.map(\.rawValue).joined(separator: ", ")
            streams.complain(name, "there is no built-in engine \"\(name)\"; known are \(known)")
            return Exit.usage
        }
        do {
            var engine = try builtIn.make(configuration: try configuration(at: configurationPath))
            engine.remember(in: memory(name, streams))
            if explains { engine.explainBaselines() }
            var session = EngineSession(engine: engine, streams: streams)
            return try session.run()
        } catch let error as ConfigurationError {
            for problem in error.problems { streams.complain(name, problem) }
            return Exit.badConfiguration
        } catch let error as DBNError {
            streams.complain(name, inputSentence(error))
            return Exit.damagedInput
        } catch let error as EngineSession.Failure {
            switch error {
            case .outputClosed: return Exit.outputClosed
            case .system(let what, let code):
                streams.complain(name, "\(what): \(String(cString: strerror(code)))")
                return Exit.internalError
            }
        } catch {
            streams.complain(name, "\(error)")
            return Exit.internalError
        }
    }

    /// The folder that `TANDEM_ENGINE_STATE` names; alone in a pipe, an engine remembers as long as it lives.
    private static func memory(_ name: String, _ streams: Streams) -> any EngineMemory {
        guard let folder = getenv("TANDEM_ENGINE_STATE").map({ String(cString: $0) }), !folder.isEmpty else {
            return ProcessMemory()
        }
        return FolderMemory(folder: folder) { streams.complain(name, $0) }
    }

    private static func inputSentence(_ error: DBNError) -> String {
        if case .notDBN(let bytes) = error, !bytes.isEmpty, ZstandardDecoder.magic.starts(with: bytes.prefix(4)) {
            return
                "standard input is Zstandard-compressed, engines read plain DBN: use `tandem dbn cat FILE -o dbn | tandem engine ...`"
        }
        return "standard input: \(error)"
    }

    /// Nil when nothing names a file.
    static func configuration(at path: String?) throws(ConfigurationError) -> [UInt8]? {
        guard let path = path ?? getenv("TANDEM_ENGINE_CONFIG").map({ String(cString: $0) }), !path.isEmpty else {
            return nil
        }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw ConfigurationError(problems: [
                "the configuration \(path) cannot be read: \(String(cString: strerror(errno)))"
            ])
        }
        defer { close(file) }
        let limit = 1 << 20
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count <= limit {
            let got = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress.map { $0 + count }, limit + 1 - count) }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else {
                throw ConfigurationError(
                    problems: ["the configuration \(path) cannot be read: \(String(cString: strerror(errno)))"])
            }
            if got == 0 { return Array(bytes[..<count]) }
            count += got
        }
        throw ConfigurationError(problems: ["the configuration \(path) is larger than 1 MiB"])
    }
}
