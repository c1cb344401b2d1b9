/// Comma-separated values as RFC 4180 has them: quotes around a field, doubled quotes inside it, lines that end with LF or
/// CRLF. A byte order mark before and empty lines between are skipped.
struct CSVRecords {
    struct Record: Hashable {
        /// The line it begins in, from 1.
        let line: Int
        let fields: [String]
    }

    enum Problem: Hashable {
        /// A quoted field that begins in that line and never ends.
        case openQuote(line: Int)
        /// Text after a closing quote, or a quote inside a field that has none around it.
        case strayQuote(line: Int)

        var line: Int {
            switch self {
            case .openQuote(let line), .strayQuote(let line): line
            }
        }
    }

    private(set) var records: [Record] = []
    private(set) var problems: [Problem] = []

    private var fields: [String] = []
    private var field: [UInt8] = []
    private var line = 1
    private var firstLine = 1
    private var state = State.start

    private enum State {
        case start, plain
        case quoted(from: Int)
        case closed
    }

    init(_ text: String) {
        let bytes = Array(text.utf8)
        var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while index < bytes.count {
            let isPair = index + 1 < bytes.count
            switch (state, bytes[index]) {
            case (.quoted, UInt8(ascii: "\"")) where isPair && bytes[index + 1] == UInt8(ascii: "\""):
                field.append(UInt8(ascii: "\""))
                index += 1
            case (.quoted, UInt8(ascii: "\"")):
                state = .closed
            case (.quoted, let byte):
                field.append(byte)
                if byte == UInt8(ascii: "\n") { line += 1 }
            case (_, UInt8(ascii: ",")):
                endField()
            case (_, UInt8(ascii: "\r")) where isPair && bytes[index + 1] == UInt8(ascii: "\n"):
                break
            case (_, UInt8(ascii: "\n")):
                endRecord()
                line += 1
                firstLine = line
            case (.start, UInt8(ascii: "\"")):
                state = .quoted(from: line)
            case (.closed, _), (.plain, UInt8(ascii: "\"")):
                if problems.last != .strayQuote(line: line) { problems.append(.strayQuote(line: line)) }
            case (_, let byte):
                field.append(byte)
                state = .plain
            }
            index += 1
        }
        if case .quoted(let from) = state { problems.append(.openQuote(line: from)) }
        endRecord()
    }

    private mutating func endField() {
        fields.append(String(decoding: field, as: UTF8.self))
        field = []
        state = .start
    }

    private mutating func endRecord() {
        if case .start = state, fields.isEmpty, field.isEmpty { return }
        endField()
        records.append(Record(line: firstLine, fields: fields))
        fields = []
    }
}
