package import Monitors

/// The evidence of a state folder, to be added to.
package final class EvidenceStore {
    private let log: AppendOnlyLog

    package init(folder: StateFolder) throws { log = try AppendOnlyLog(.evidence, folder: folder.path) }

    /// Adds one row, numbered after those there are, if it fits to them.
    package func add(
        _ content: EvidenceRow.Content, author: String, at time: UInt64, dryRun: Bool = false
    ) throws -> EvidenceRow {
        var book = EvidenceBook()
        var added = EvidenceRow(id: "", author: author, recordedAt: time, content: content)
        try log.extend { lines in
            for line in lines { try book.append(EvidenceRow(line: line)) }
            added.id = "e\(book.rows.count + 1)"
            try book.append(added)
            return dryRun ? [] : [added.line]
        }
        return added
    }
}

extension JournalReader {
    package func evidence() throws -> EvidenceBook {
        var book = EvidenceBook()
        for line in try lines(of: .evidence) { try book.append(EvidenceRow(line: line)) }
        return book
    }
}
