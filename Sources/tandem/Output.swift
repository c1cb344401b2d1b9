internal import ArgumentParser
internal import Foundation
internal import MarketData
internal import Monitors
internal import Operator

enum TableOrJSON: String, ExpressibleByArgument, CaseIterable {
    case table, json
}

struct FormatOptions: ParsableArguments {
    @Option(name: [.customShort("o"), .customLong("output")], help: "table for people, json for programs.")
    var format: TableOrJSON = .table
}

struct StateOptions: ParsableArguments {
    @Option(help: "State folder of the rollout (default: TANDEM_STATE, else ./state).")
    var state: String?

    var folder: StateFolder {
        StateFolder(path: state ?? ProcessInfo.processInfo.environment["TANDEM_STATE"] ?? "state")
    }
}

enum Output {
    /// Writes to standard output; a reader that has gone away ends the program quietly.
    static func write(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(1, $0.baseAddress.map { $0 + offset }, bytes.count - offset)
            }
            if count > 0 {
                offset += count
            } else if errno == EPIPE {
                throw Quit(code: 0)
            } else if errno != EINTR {
                throw Failure(FailureCode.internal, "cannot write standard output: \(String(cString: strerror(errno)))")
            }
        }
    }

    static func line(_ text: String) throws { try write(Array((text + "\n").utf8)) }

    static func json(_ value: some Encodable) throws { try line(jsonText(value)) }

    /// One line, keys in snake case and sorted.
    static func jsonText(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// One line of a report, whose keys are spelt out by the report itself.
    static func report(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try line(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Colour on a terminal, unless NO_COLOR says not to.
    static var styled: Styled {
        let isUnwanted = !(ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
        return isatty(1) == 1 && !isUnwanted ? .colour : .plain
    }

    static func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// Columns as wide as their widest cell; numbers to the right when every cell of the column is one.
    static func table(_ header: [String], _ rows: [[String]]) throws {
        let columns = header.indices.map { column in ([header] + rows).map { $0[column] } }
        let widths = columns.map { $0.map(\.count).max() ?? 0 }
        let isNumeric = columns.map { $0.dropFirst().allSatisfy { Double($0) != nil } && $0.count > 1 }
        for row in [header] + rows {
            let cells = row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return isNumeric[column] ? space + row[column] : row[column] + space
            }
            var text = cells.joined(separator: "  ")
            while text.last == " " { text.removeLast() }
            try line(text)
        }
    }
}

/// A line on a terminal's standard error that is written over: rate, event time and expected end.
final class ProgressLine {
    private let isTerminal = isatty(2) == 1
    private let total: UInt64?
    private let start = ContinuousClock.now
    private var last = ContinuousClock.now
    private var shown = false

    init(total: UInt64? = nil) { self.total = total }

    func show(records: UInt64, time: String?) {
        guard isTerminal, .now - last > .milliseconds(200) else { return }
        last = .now
        shown = true
        let seconds = (last - start) / .seconds(1)
        let rate = Double(records) / max(seconds, 0.001)
        var text = "\(records) records, \(String(format: "%.2f", rate / 1e6)) M/s"
        if let time { text += ", \(time)" }
        if let total, records > 0, total > records {
            text += ", \(Int(Double(total - records) / rate)) s to go"
        }
        FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
    }

    func end() {
        if shown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
