internal import Foundation
internal import MarketData
package import Rollout

/// Commands that are to happen at a place in the stream.
package struct Schedule: Sendable {
    package struct Entry: Sendable, Hashable {
        package enum Place: Sendable, Hashable {
            case index(UInt64)
            /// The first mark at or past this time, nanoseconds.
            case time(UInt64)
        }
        package var place: Place
        package var payload: Event.Payload
    }

    private var entries: [Entry]

    package init(_ entries: [Entry] = []) { self.entries = entries }

    package var isEmpty: Bool { entries.isEmpty }
    package var count: Int { entries.count }

    /// Puts entries before those there are: at the same place they come first.
    package mutating func addFirst(_ earlier: [Entry]) { entries.insert(contentsOf: earlier, at: 0) }

    /// Drops what was done already, wherever that was.
    package mutating func drop(_ done: Event.Payload) {
        if let place = entries.firstIndex(where: { $0.payload == done }) { entries.remove(at: place) }
    }

    /// Gives times their index now that a mark stands at `index`.
    package mutating func resolve(time: UInt64, index: UInt64) {
        for position in entries.indices {
            if case .time(let due) = entries[position].place, due <= time { entries[position].place = .index(index) }
        }
    }

    /// Takes out what is due up to feed index `index`, in its order.
    package mutating func due(through index: UInt64) -> [(index: UInt64, payload: Event.Payload)] {
        var due: [(index: UInt64, payload: Event.Payload)] = []
        entries.removeAll { entry in
            guard case .index(let place) = entry.place, place <= index else { return false }
            due.append((place, entry.payload))
            return true
        }
        return due
    }

    /// Drops what a finished part of the run has behind it.
    package mutating func dropPlaces(through index: UInt64, time: UInt64) {
        entries.removeAll { entry in
            switch entry.place {
            case .index(let place): return place <= index
            case .time(let due): return due <= time
            }
        }
    }
}

// MARK: - Files of actions

/// A file of actions that cannot be used.
package struct ActionsProblem: Error, Sendable, CustomStringConvertible {
    package let path: String
    package let line: Int
    package let message: String

    package var description: String { line > 0 ? "\(path):\(line): \(message)" : "\(path): \(message)" }
}

extension Schedule {
    private struct Line: Decodable {
        var atIndex: UInt64?
        var atTime: UInt64?
        var verb: String
        var to: String?
        var reason: String?

        private enum CodingKeys: String, CodingKey {
            case verb, to, reason
            case atIndex = "at_index"
            case atTime = "at_ts"
        }
    }

    static let keys: Set<String> = ["at_index", "at_ts", "verb", "to", "reason"]

    /// Reads JSON lines `{"at_index" or "at_ts", "verb", "to", "reason"}`, as `history -o actions` prints them.
    package static func read(path: String) throws(ActionsProblem) -> Schedule {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ActionsProblem(path: path, line: 0, message: "cannot read the file of actions")
        }
        var entries: [Entry] = []
        for (number, line) in String(decoding: data, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false
        ).enumerated() {
            if line.allSatisfy(\.isWhitespace) { continue }
            entries.append(try entry(Data(line.utf8), path: path, line: number + 1))
        }
        return Schedule(entries)
    }

    private static func entry(_ data: Data, path: String, line: Int) throws(ActionsProblem) -> Entry {
        func problem(_ message: String) -> ActionsProblem { ActionsProblem(path: path, line: line, message: message) }
        guard let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] else {
            throw problem("not a JSON object")
        }
        for key in object.keys.sorted() where !keys.contains(key) {
            throw problem("\"\(key)\" is unknown; allowed are \(keys.sorted().joined(separator: ", "))")
        }
        guard let action = try? JSONDecoder().decode(Line.self, from: data) else {
            throw problem(
                "expected {\"at_index\" or \"at_ts\": whole number, \"verb\": text, \"to\": stage, \"reason\": text}")
        }
        guard let verb = Command.Verb(rawValue: action.verb) else {
            throw problem("\"verb\" must be one of \(Command.Verb.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        var stage: Stage?
        if let to = action.to {
            guard let known = Stage(rawValue: to) else {
                throw problem("\"to\" must be one of \(Stage.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            stage = known
        }
        let place: Entry.Place
        switch (action.atIndex, action.atTime) {
        case (let index?, nil): place = .index(index)
        case (nil, let time?): place = .time(time)
        default: throw problem("exactly one of \"at_index\" and \"at_ts\" is needed")
        }
        return Entry(
            place: place,
            payload: .command(Command(verb: verb, to: stage, actor: "actions", reason: action.reason ?? "from \(path)"))
        )
    }
}
