internal import Engines
internal import Glibc
internal import MarketData
internal import Signals

/// One engine between standard input and standard output, from hello to the last progress line.
struct EngineSession: ~Copyable {
    enum Failure: Error {
        case outputClosed
        case system(String, Int32)
    }

    /// Bytes asked of one read, and of the kernel's pipe buffer.
    private static let readBytes = 1 << 18
    private static let pipeBytes: Int32 = 1 << 20
    /// F_SETPIPE_SZ of linux/fcntl.h, which Swift does not import.
    private static let setPipeSize: Int32 = 1031

    private let streams: EngineHost.Streams
    private var engine: any SignalEngine
    private var output = EngineOutput()
    private var decoder = RecordDecoder(capacity: 1 << 20)
    /// For input that is not plain version 3.
    private var upgrade: Upgrade?
    private var headerSeen = false
    /// Of the next record, counted from the first after the header.
    private var nextIndex: UInt64 = 0

    private struct Upgrade: ~Copyable {
        let upgrader: RecordUpgrader
        var decoder = RecordDecoder(fragment: true, fragmentVersion: 3)

        init(upgrader: RecordUpgrader) { self.upgrader = upgrader }

        /// Copies unchanged stretches as a whole.
        mutating func append(_ run: RecordRun) {
            var start = 0
            var position = 0
            for record in run {
                let next = position + record.byteCount
                if !upgrader.isUnchanged(record) {
                    decoder.append(UnsafeRawBufferPointer(rebasing: run.bytes[start..<position]))
                    upgrader.upgraded(record).withUnsafeBytes { decoder.append($0) }
                    start = next
                }
                position = next
            }
            decoder.append(UnsafeRawBufferPointer(rebasing: run.bytes[start..<position]))
        }
    }

    init(engine: any SignalEngine, streams: EngineHost.Streams) {
        self.engine = engine
        self.streams = streams
    }

    mutating func run() throws -> Int32 {
        // Fewer, larger reads; a pipe that refuses (a file, a limit of the system) works all the same.
        _ = fcntl(streams.input, Self.setPipeSize, Self.pipeBytes)
        try sayHello()
        while true {
            let got = try fill()
            do {
                while let run = try decoder.nextRun() {
                    try feed(run)
                    if let code = try performActs() { return code }
                }
            } catch let error as DBNError {
                // What was whole before the damage still counts.
                try flush()
                throw error
            }
            if got == 0 { break }
            try flush()
        }
        return try finish()
    }

    private func sayHello() throws {
        if let metronome = engine as? Metronome, !metronome.saysHello { return }
        var line: [UInt8] = []
        EngineMessage.hello(engine.hello).append(to: &line)
        try Self.write(line, to: streams.output)
    }

    /// One read; 0 at the end of input.
    private mutating func fill() throws -> Int {
        var failure: Int32 = 0
        let got = decoder.withSpace(atLeast: Self.readBytes) { space in
            while true {
                let got = read(streams.input, space.baseAddress, space.count)
                if got >= 0 { return got }
                if errno != EINTR {
                    failure = errno
                    return 0
                }
            }
        }
        if failure != 0 { throw Failure.system("reading standard input", failure) }
        return got
    }

    private mutating func feed(_ run: RecordRun) throws(DBNError) {
        if !headerSeen { readHeader() }
        guard upgrade != nil else { return process(run) }
        upgrade?.append(run)
        while let upgraded = try upgrade?.decoder.nextRun() { process(upgraded) }
    }

    private mutating func process(_ run: RecordRun) {
        engine.process(run, firstIndex: nextIndex, into: &output)
        nextIndex = engine.recordCount
    }

    /// Prepares for what the header says: older versions, and names that are in the metadata only.
    private mutating func readHeader() {
        headerSeen = true
        guard let metadata = decoder.metadata else { return }
        let upgrader = RecordUpgrader(version: metadata.version, tsOut: metadata.tsOut)
        if !upgrader.isIdentity { upgrade = Upgrade(upgrader: upgrader) }
        let names = metadata.symbolMappingRecords()
        guard !names.isEmpty else { return }
        // Told outside the count: they carry time 0 and no cause, so indices and feed time stay those of the input.
        var prelude = RecordDecoder(fragment: true, fragmentVersion: 3)
        names.withUnsafeBytes { prelude.append($0) }
        // Our own records are whole, so there is nothing to throw.
        while let run = try? prelude.nextRun() { engine.process(run, firstIndex: 0, into: &output) }
    }

    /// Explanations, and what only the test engine asks for. An exit code ends the process with it.
    private mutating func performActs() throws -> Int32? {
        guard !output.acts.isEmpty else { return nil }
        let acts = output.acts
        try flush()
        for act in acts {
            switch act {
            case .exit(let code): return code
            case .hang: while true { pause() }
            case .fork(let seconds): Self.startSleeper(seconds: seconds)
            case .explain(let text): streams.complain(type(of: engine).name, text)
            case .log(let bytes):
                let line = [UInt8](repeating: UInt8(ascii: "."), count: 79) + [10]
                for _ in 0..<(bytes + 79) / 80 { try Self.write(line, to: streams.errors) }
            }
        }
        return nil
    }

    /// A grandchild that holds on to every descriptor of this process, as a careless engine's would.
    private static func startSleeper(seconds: Int) {
        var child: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup(String(seconds)), nil]
        posix_spawn(&child, "/bin/sleep", nil, nil, &arguments, nil)
        for argument in arguments { free(argument) }
    }

    private mutating func finish() throws -> Int32 {
        if decoder.metadata == nil, decoder.leftoverBytes > 0 {
            throw DBNError.metadata(offset: decoder.leftoverBytes, reason: "the input ends inside it")
        }
        if decoder.leftoverBytes > 0 {
            streams.complain(
                type(of: engine).name,
                "standard input ends inside a record: \(decoder.leftoverBytes) bytes from byte \(decoder.consumedBytes) on are left over"
            )
        }
        engine.finish(into: &output)
        try flush()
        return EngineHost.Exit.ended
    }

    private mutating func flush() throws {
        try Self.write(output.bytes, to: streams.output)
        output.removeAll()
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
        var done = 0
        while done < bytes.count {
            let wrote = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done)
            }
            if wrote >= 0 {
                done += wrote
            } else if errno == EPIPE {
                throw .outputClosed
            } else if errno == EAGAIN {
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            } else if errno != EINTR {
                throw .system("writing standard output", errno)
            }
        }
    }
}
