import Foundation
import Testing

/// A temporary folder of one test with everything it started; both are gone when the test is.
final class Folder {
    /// Short, since a control socket's path may have 107 bytes.
    let path: String
    var programs: [Program] = []
    private var number = 0

    init() throws {
        var template = Array("/tmp/e2e-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Late(description: "no temporary folder: \(String(cString: strerror(errno)))")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for program in programs { program.endGroup() }
        try? FileManager.default.removeItem(atPath: path)
    }

    func nextNumber() -> Int {
        number += 1
        return number
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        return file
    }

    /// Starts tandem.
    func start(
        _ arguments: [String], input: String = "/dev/null", environment: [String: String] = [:]
    ) throws -> Program {
        try Program([Tandem.binary] + arguments, input: input, environment: environment, in: self)
    }

    /// Runs tandem to its end.
    @discardableResult
    func tandem(
        _ arguments: [String], input: String = "/dev/null", environment: [String: String] = [:],
        atMost limit: Double = 90
    ) throws -> Ended {
        try start(arguments, input: input, environment: environment).wait(atMost: limit)
    }

    /// Runs any program to its end.
    func run(_ words: [String], input: String = "/dev/null", atMost limit: Double = 90) throws -> Ended {
        try Program(words, input: input, in: self).wait(atMost: limit)
    }

    /// Runs a line of shell, with `$TANDEM` as the binary.
    func shell(_ line: String, atMost limit: Double = 90) throws -> Ended {
        try Program(["bash", "-c", line], environment: ["TANDEM": Tandem.binary], in: self).wait(atMost: limit)
    }
}

/// A rollout's state folder, as its sinks, journal and socket show it.
struct State {
    let folder: Folder
    let path: String

    init(_ folder: Folder, _ name: String = "s") {
        self.folder = folder
        path = folder.path + "/" + name
    }

    /// Whole lines of the file sink, without the wall clock.
    var sinkLines: [String] {
        let text = String(
            decoding: FileManager.default.contents(atPath: path + "/signals.ndjson") ?? Data(), as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(Self.withoutClock)
    }

    private static func withoutClock(_ line: Substring) -> String {
        guard let start = line.range(of: "\"decided_at\":"), let end = line[start.upperBound...].firstIndex(of: ",")
        else {
            return String(line)
        }
        return String(line[..<start.lowerBound] + line[line.index(after: end)...])
    }

    var sink: [JSON] { sinkLines.compactMap { JSON($0) } }

    /// What `status` prints; nil while there is nothing to print.
    func status() throws -> JSON? { JSON(try folder.tandem(["status", "--state", path, "-o", "json"]).output) }

    /// The running operator's view of an engine; nil without an operator.
    func engine(_ arm: String) throws -> JSON? {
        try status()?["live"]["engines"].list.first { $0["arm"].string == arm }
    }

    func waitUntilUp() throws {
        try eventually("the operator") { try status()?["live"]["stage"].string }
    }

    func waitUntilReady() throws {
        try eventually("both engines ready", within: 30) {
            let engines = try status()?["live"]["engines"].list ?? []
            return engines.count == 2 && engines.allSatisfy { $0["health"].string == "ready" } ? true : nil
        }
    }

    @discardableResult
    func change(_ verb: String, _ more: String...) throws -> Ended {
        try folder.tandem([verb, "--state", path, "--reason", "test"] + more)
    }

    func verify(input: [String] = []) throws -> Ended {
        try folder.tandem(
            ["verify", "--state", path, "-o", "json"] + (input.isEmpty ? [] : ["--input"] + input))
    }

    /// Rows of outcomes in order, without the wall clock and what depends on it.
    func outcomes() throws -> [[String]] {
        try query(
            """
            SELECT ord, feed_index, arm, id, time, instrument_id, underlying_id, decision, reason, stage, status, body
            FROM journal WHERE kind = 'outcome' ORDER BY n
            """)
    }

    /// Rows of a query on the journal, by Python's sqlite3 and nothing of ours; every cell as text, NULL as "-".
    func query(_ sql: String) throws -> [[String]] {
        let script = """
            import sqlite3, sys
            db = sqlite3.connect("file:" + sys.argv[1] + "/journal.sqlite?mode=ro", uri=True, timeout=10)
            for row in db.execute(sys.argv[2]): print("\\t".join("-" if cell is None else str(cell) for cell in row))
            """
        let result = try folder.run(["python3", "-c", script, path, sql])
        guard result.code == 0 else { throw Late(description: "\(sql): \(result.errors)") }
        return result.output.split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    func number(_ sql: String) throws -> Int { try Int(query(sql).first?.first ?? "") ?? 0 }
}

/// Market data made once for all tests.
enum Sessions {
    private static let folder: String = {
        let path = "/tmp/e2e-data-\(getpid())"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(atPath: "/tmp/e2e-data-\(getpid())") }
        return path
    }()

    /// A whole session of NQ futures and options: about 500,000 records.
    static func market(seed: Int = 7) throws -> String {
        try made("market-\(seed).dbn.zst", ["--seed", "\(seed)"])
    }

    /// Two sessions of it, one after the other.
    static func two(scale: Double = 1) throws -> [String] {
        let path = folder + "/two-\(scale)"
        if !FileManager.default.fileExists(atPath: path) {
            try Folder().tandem(["generate", "--sessions", "2", "--seed", "21", "--scale", "\(scale)", "--out", path])
                .expect(0)
        }
        return try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { path + "/" + $0 }
    }

    /// Three sessions of it, of a fifth of the traffic.
    static func small(from date: String = "2026-11-02") throws -> [String] {
        let path = folder + "/small-" + date
        if !FileManager.default.fileExists(atPath: path) {
            try Folder().tandem(
                ["generate", "--sessions", "3", "--seed", "21", "--scale", "0.2", "--date", date, "--out", path]
            ).expect(0)
        }
        return try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { path + "/" + $0 }
    }

    /// Eight sessions of it: some good days and some others.
    static func eight() throws -> [String] {
        let path = folder + "/eight"
        if !FileManager.default.fileExists(atPath: path) {
            try Folder().tandem(["generate", "--sessions", "8", "--seed", "21", "--out", path]).expect(0)
        }
        return try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { path + "/" + $0 }
    }

    /// Orders and trades without pause, on `seconds` of event time from 2025-10-09T09:00:00Z.
    static func load(records: Int, seconds: Int) throws -> String {
        try made(
            "load-\(records)-\(seconds).dbn",
            ["--records", "\(records)", "--instruments", "4", "--duration", "\(seconds)"])
    }

    private static func made(_ name: String, _ arguments: [String]) throws -> String {
        let path = folder + "/" + name
        if !FileManager.default.fileExists(atPath: path) {
            try Folder().tandem(["generate", "--out", path] + arguments).expect(0)
        }
        return path
    }
}
