internal import ArgumentParser
internal import CRunbooks

struct RunbookOf: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runbook", abstract: "What to do: a page for every alert and every emergency.",
        discussion: """
            Without a name it lists all pages. An alert names its own.
            tandem runbook rollback
            """)

    @Argument(help: "Which page; all names if not given.") var name: String?
    @OptionGroup var format: FormatOptions

    /// What `runbook -o json` prints of each page; with a name, its text besides.
    private struct View: Encodable {
        var name: String
        var title: String
        var text: String?
    }

    func run() throws {
        guard let name else { return try list() }
        guard let page = Runbook.all.first(where: { $0.name == name }) else {
            let near = Runbook.names(near: name)
            throw Failure(
                FailureCode.notFound,
                "there is no runbook \(name); "
                    + (near.isEmpty ? "`tandem runbook` lists all" : "near it: \(near.joined(separator: ", "))"))
        }
        switch format.format {
        case .json: try Output.json(View(name: page.name, title: page.title, text: page.text))
        case .table: try Output.write(Array(page.text.utf8))
        }
    }

    private func list() throws {
        let pages = Runbook.all
        switch format.format {
        case .json: try Output.json(pages.map { View(name: $0.name, title: $0.title) })
        case .table: try Output.table(["runbook", "about"], pages.map { [$0.name, $0.title] })
        }
    }
}

/// A page of `runbooks/`, as it was when this program was built.
struct Runbook {
    let name: String
    let text: String

    /// Its first line, without the mark of a heading.
    var title: String { String(text.prefix { $0 != "\n" }.drop { $0 == "#" || $0 == " " }) }

    static let all: [Runbook] = {
        var pages: [Runbook] = []
        while let page = tandem_runbook(pages.count)?.pointee {
            let text = UnsafeBufferPointer(start: page.text, count: page.length)
            pages.append(Runbook(name: String(cString: page.name), text: String(decoding: text, as: UTF8.self)))
        }
        return pages
    }()

    /// Names that have what was asked for in them, or the other way round, or are up to two letters off.
    static func names(near asked: String) -> [String] {
        let asked = asked.lowercased()
        guard !asked.isEmpty else { return [] }
        return all.map(\.name).filter { $0.contains(asked) || asked.contains($0) || distance($0, asked) <= 2 }
    }

    /// How many letters have to be put in, left out or changed (Levenshtein).
    private static func distance(_ a: String, _ b: String) -> Int {
        let b = Array(b.utf8)
        var row = Array(0...b.count)
        for (i, letter) in a.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let change = diagonal + (letter == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(change, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
