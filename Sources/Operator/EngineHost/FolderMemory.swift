internal import Engines
internal import Foundation
internal import Glibc
internal import MarketData

/// What an engine has learnt, in the folder that `TANDEM_ENGINE_STATE` names.
///
///     sessions/<date>.state    one closed session, written by the engine, renamed into place
///     outcomes/<date>.jsonl    what became of a session's signals, written by the operator
///
/// A file that cannot be read is as good as not there, and `complain` hears of it; so is one that cannot be written.
struct FolderMemory: EngineMemory {
    let folder: String
    let complain: @Sendable (String) -> Void

    /// Larger files are no session's.
    private static let maxBytes = 64 << 20

    func states(before date: CivilDate, atMost count: Int) -> [(session: CivilDate, bytes: [UInt8])] {
        newest("sessions", ".state", before: date, atMost: count)
    }

    func outcomes(before date: CivilDate, atMost count: Int) -> [(session: CivilDate, bytes: [UInt8])] {
        newest("outcomes", ".jsonl", before: date, atMost: count)
    }

    func save(session: CivilDate, bytes: [UInt8]) {
        do {
            try Self.write(bytes, to: folder + "/sessions", name: "\(session).state")
        } catch {
            complain("cannot keep what was learnt on \(session): \((error as NSError).localizedDescription)")
        }
    }

    private func newest(
        _ kind: String, _ suffix: String, before date: CivilDate, atMost count: Int
    ) -> [(session: CivilDate, bytes: [UInt8])] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + kind)) ?? []
        let sessions = names.compactMap { name in
            name.hasSuffix(suffix) ? CivilDate(String(name.dropLast(suffix.count))) : nil
        }
        return sessions.filter { $0 < date }.sorted().suffix(max(0, count)).compactMap { session in
            let path = "\(folder)/\(kind)/\(session)\(suffix)"
            do {
                let data = try Data(contentsOf: URL(fileURLWithPath: path))
                guard data.count <= Self.maxBytes else {
                    complain("\(path) has \(data.count) bytes, no session's file is that large: left out")
                    return nil
                }
                return (session, Array(data))
            } catch {
                complain("cannot read \(path): \((error as NSError).localizedDescription)")
                return nil
            }
        }
    }

    /// Writes beside the name, syncs, and renames, so that a reader finds a whole file or none.
    static func write(_ bytes: [UInt8], to folder: String, name: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name), options: .atomic)
    }
}
