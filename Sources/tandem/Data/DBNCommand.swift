internal import ArgumentParser
internal import Feeds
internal import Foundation
internal import MarketData

struct DBN: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dbn", abstract: "Look into Databento Binary Encoding files.",
        discussion: "Reads .dbn, .dbn.zst and .dbn.frag of versions 1, 2 and 3; - is standard input.",
        subcommands: [Info.self, Cat.self, Book.self])

    /// Says where a file ended inside a record; what was whole has been delivered.
    static func report(_ truncation: Truncation?) {
        if let truncation { Output.note("tandem: \(truncation)") }
    }
}

extension DBN {
    struct Info: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What a file holds: metadata, and records by type.")

        @Argument(help: "The file.") var file: String
        @OptionGroup var format: FormatOptions
        @Option(help: "DBN version of a fragment that does not tell it.") var version: UInt8?

        func run() throws {
            let source = try DBNFile(path: file, fragmentVersion: version)
            var summary: StreamSummary?
            while let run = try source.nextRun() {
                if summary == nil { summary = StreamSummary(metadata: source.metadata, version: source.version ?? 3) }
                summary?.add(run)
            }
            let result = summary ?? StreamSummary(metadata: source.metadata, version: source.version ?? 3)
            let bytes = source.consumedBytes + source.leftoverBytes
            switch format.format {
            case .json: try Output.write(result.json(rawBytes: bytes, frames: source.frames) + [10])
            case .table: try Output.line(result.text(rawBytes: bytes, frames: source.frames))
            }
            DBN.report(source.truncation)
        }
    }

    struct Cat: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print records as JSON lines, as a table, or as DBN version 3.",
            discussion: "-o dbn writes the stream an engine reads: tandem dbn cat F -o dbn | tandem engine ifd-v3")

        enum Form: String, ExpressibleByArgument, CaseIterable { case jsonl, table, dbn }

        @Argument(help: "The file.") var file: String
        @Option(name: [.customShort("o"), .customLong("output")], help: "jsonl, table or dbn.") var form: Form = .jsonl
        @Flag(help: "Put each record's index (from 0) before it.") var withIndex = false
        @Option(help: "Stop after so many records.") var limit: Int?
        @Option(help: "DBN version of a fragment that does not tell it.") var version: UInt8?

        func validate() throws {
            if let limit, limit < 0 { throw ValidationError("--limit must be at least 0") }
            if withIndex, form == .dbn { throw ValidationError("--with-index does not go with -o dbn") }
        }

        func run() throws {
            let source = try DBNFile(path: file, fragmentVersion: version)
            var out: [UInt8] = []
            out.reserveCapacity(1 << 20)
            var index = 0
            if form == .dbn { out = Self.header(source.metadata).encoded() }
            if form == .table { try Output.line("index\ttype\tinstrument\tts_event\tfields") }
            reading: while let run = try source.nextRun() {
                let version = source.version ?? 3
                let hasTsOut = source.metadata?.tsOut ?? false
                let printer = RecordJSON(version: version, tsOut: hasTsOut)
                let upgrader = RecordUpgrader(version: version, tsOut: hasTsOut)
                for record in run {
                    if let limit, index >= limit { break reading }
                    switch form {
                    case .jsonl: append(record, index, printer, to: &out)
                    case .table: append(row: record, index, version, printer, to: &out)
                    case .dbn:
                        if upgrader.isIdentity {
                            out.append(contentsOf: record.bytes)
                        } else {
                            out += upgrader.upgraded(record)
                        }
                    }
                    index += 1
                    if out.count > 1 << 19 {
                        try Output.write(out)
                        out.removeAll(keepingCapacity: true)
                    }
                }
            }
            try Output.write(out)
            DBN.report(source.truncation)
        }

        private func append(_ record: RecordView, _ index: Int, _ printer: RecordJSON, to out: inout [UInt8]) {
            if withIndex {
                out.append(ascii: "{\"i\":")
                out.append(decimal: index)
                out.append(ascii: ",\"rec\":")
            }
            printer.append(record, to: &out)
            out.append(ascii: withIndex ? "}\n" : "\n")
        }

        private func append(
            row record: RecordView, _ index: Int, _ version: UInt8, _ printer: RecordJSON, to out: inout [UInt8]
        ) {
            let name = RecordLayout.of(type: record.type, version: version)?.name ?? "rtype \(record.type)"
            out.append(ascii: "\(index)\t\(name)\t\(record.instrumentID)\t\(record.tsEvent)\t")
            printer.append(record, to: &out)
            out.append(ascii: "\n")
        }

        /// The source's names and dates in a version 3 header.
        static func header(_ metadata: Metadata?) -> Metadata {
            guard var header = metadata else { return .liveSession(dataset: "", start: 0) }
            header.version = 3
            header.tsOut = false
            return header
        }
    }

    struct Book: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The order books after a record, built from market-by-order data.")

        @Argument(help: "The file.") var file: String
        @Option(help: "Only this instrument id.") var instrument: UInt32?
        @Option(help: "Levels a side; 0 for all.") var depth = 10
        @Option(help: "State after this record (from 0); the last one if not given.") var afterRecord: Int?
        @OptionGroup var format: FormatOptions

        func validate() throws {
            if depth < 0 { throw ValidationError("--depth must be at least 0") }
            if let afterRecord, afterRecord < 0 { throw ValidationError("--after-record must be at least 0") }
        }

        func run() throws {
            let source = try DBNFile(path: file)
            let books = OrderBooks()
            var index = 0
            reading: while let run = try source.nextRun() {
                guard let afterRecord else {
                    books.apply(run)
                    continue
                }
                for record in run {
                    if index > afterRecord { break reading }
                    if let order = record.asMbo { books.apply(order) }
                    index += 1
                }
            }
            if let afterRecord, index <= afterRecord {
                throw Failure(FailureCode.notFound, "\(file) has \(index) records; there is no record \(afterRecord)")
            }
            let only = instrument.map { Set([InstrumentID($0)]) }
            if let instrument, !books.instruments.contains(InstrumentID(instrument)) {
                throw Failure(FailureCode.notFound, "\(file) has no orders of instrument \(instrument)")
            }
            switch format.format {
            case .json: try Output.write(books.bookJSON(depth: depth, only: only) + [10])
            case .table: try printTable(books)
            }
            DBN.report(source.truncation)
        }

        private func printTable(_ books: OrderBooks) throws {
            for id in books.instruments where instrument == nil || id.rawValue == instrument {
                let counts = books.levelCounts(of: id)
                try Output.line(
                    "instrument \(id): \(books.liveOrders(of: id)) orders, \(counts.bids) bid and \(counts.asks) ask levels"
                )
                let bids = books.levels(of: id, side: .bid, depth: depth)
                let asks = books.levels(of: id, side: .ask, depth: depth)
                func cells(_ level: OrderBooks.Level?) -> [String] {
                    level.map { [Price(nanos: $0.priceNanos).description, "\($0.size)", "\($0.orders)"] } ?? [
                        "", "", "",
                    ]
                }
                let rows = (0..<max(bids.count, asks.count)).map { row in
                    cells(row < bids.count ? bids[row] : nil) + cells(row < asks.count ? asks[row] : nil)
                }
                try Output.table(["bid", "size", "orders", "ask", "size", "orders"], rows)
            }
        }
    }
}
