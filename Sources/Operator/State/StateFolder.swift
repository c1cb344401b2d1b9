internal import Foundation
internal import Glibc
package import Rollout
package import Signals

/// Why a state folder cannot be used.
package enum StateFolderError: Error, Sendable, CustomStringConvertible {
    case cannotCreate(path: String, reason: String)
    case notWritable(path: String, reason: String)
    case socketPathTooLong(path: String, bytes: Int)
    case differentSpec(path: String, keys: [String])
    case cannotCopy(from: String, to: String, reason: String)

    package var description: String {
        switch self {
        case .cannotCreate(let path, let reason): return "cannot create the state folder \(path): \(reason)"
        case .notWritable(let path, let reason):
            return "cannot write to the state folder \(path): \(reason); choose another with --state or mend its rights"
        case .socketPathTooLong(let path, let bytes):
            return
                "the control socket's path \(path) has \(bytes) bytes, Linux allows \(StateFolder.maxSocketPathBytes): choose a shorter --state"
        case .differentSpec(let path, let keys):
            return
                "the state folder \(path) belongs to another spec; these keys differ: \(keys.joined(separator: ", ")). Use another --state, or the spec it was made with"
        case .cannotCopy(let from, let to, let reason): return "cannot copy \(from) to \(to): \(reason)"
        }
    }
}

/// Everything one rollout keeps on disk, by name.
///
///     journal.sqlite         every event, decision and transition; with -wal and -shm beside it
///     spec.json              the spec in canonical form, to compare the next start with
///     heartbeat              how far the operator vouches for itself, between the journal's seconds
///     lock                   held while an operator runs; its pid
///     control.sock           where the command line reaches the operator
///     KILL, STOP             while they exist, the candidate or everything is silent
///     alerts.sqlite          who is to be told of what, every attempt, silences and acknowledgements
///     ALERT                  what no channel took, a line each; for whoever is at the machine to read and remove
///     engines/<arm>/begin/   what the engine had learnt when the rollout began
///     engines/<arm>/state/   what it has learnt by now (TANDEM_ENGINE_STATE)
///     engines/<arm>/outcomes/  what became of its signals, one file a closed session; copied into its state
///     engines/<arm>/config.json
///     summaries/<date>.txt   a session in a dozen lines, and the week's after its last
///     logs/<arm>.log         the engine's standard error, rotated
package struct StateFolder: Sendable, Hashable {
    package static let maxSocketPathBytes = 107
    /// Absolute, without symbolic links resolved.
    package let path: String

    package init(path: String) {
        self.path = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    package var killFile: String { path + "/KILL" }
    package var stopFile: String { path + "/STOP" }
    package var socket: String { path + "/control.sock" }
    package var heartbeatFile: String { path + "/heartbeat" }
    package var alertFile: String { path + "/ALERT" }
    package var summaries: String { path + "/summaries" }
    package static let specName = "spec.json"
    package var specFile: String { path + "/" + Self.specName }
    package var logs: String { path + "/logs" }
    package func engineFolder(_ arm: Arm) -> String { path + "/engines/" + arm.rawValue }
    package func engineState(_ arm: Arm) -> String { engineFolder(arm) + "/state" }
    package func engineBeginning(_ arm: Arm) -> String { engineFolder(arm) + "/begin" }
    package func outcomes(_ arm: Arm) -> String { engineFolder(arm) + "/outcomes" }
    package func engineConfiguration(_ arm: Arm) -> String { engineFolder(arm) + "/config.json" }

    /// Makes the folder and its parts, readable by its owner alone, and checks that it can be written.
    package func create() throws(StateFolderError) {
        let bytes = socket.utf8.count
        guard bytes <= Self.maxSocketPathBytes else { throw .socketPathTooLong(path: socket, bytes: bytes) }
        do {
            for folder in [path, logs] + Arm.allCases.flatMap({ [engineBeginning($0), engineState($0)] }) {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
        } catch {
            throw .cannotCreate(path: path, reason: (error as NSError).localizedDescription)
        }
        let probe = path + "/.probe"
        let descriptor = open(probe, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .notWritable(path: path, reason: String(cString: strerror(errno))) }
        defer {
            close(descriptor)
            unlink(probe)
        }
        guard write(descriptor, "x", 1) == 1 else {
            throw .notWritable(path: path, reason: String(cString: strerror(errno)))
        }
    }

    package var switches: Switches {
        Switches(kill: access(killFile, F_OK) == 0, stop: access(stopFile, F_OK) == 0)
    }

    /// Creates KILL so that it outlives a power cut: file and folder are synced.
    package func raiseKill() throws(StateFolderError) {
        let descriptor = open(killFile, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .notWritable(path: path, reason: String(cString: strerror(errno))) }
        fsync(descriptor)
        close(descriptor)
        syncFolder()
    }

    package func lowerKill() {
        unlink(killFile)
        syncFolder()
    }

    private func syncFolder() {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    /// Puts an engine's state back to what it was when the rollout began.
    package func resetEngineState(_ arm: Arm) throws(StateFolderError) {
        try Self.copyFolder(engineBeginning(arm), over: engineState(arm))
        guard FileManager.default.fileExists(atPath: outcomes(arm)) else { return }
        do {
            let target = engineState(arm) + "/outcomes"
            try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
            for name in try FileManager.default.contentsOfDirectory(atPath: outcomes(arm)) {
                try Data(contentsOf: URL(fileURLWithPath: outcomes(arm) + "/" + name))
                    .write(to: URL(fileURLWithPath: target + "/" + name), options: .atomic)
            }
        } catch {
            throw .cannotCopy(
                from: outcomes(arm), to: engineState(arm), reason: (error as NSError).localizedDescription)
        }
    }

    /// Replaces `target` by a copy of `source`.
    package static func copyFolder(_ source: String, over target: String) throws(StateFolderError) {
        do {
            if FileManager.default.fileExists(atPath: target) { try FileManager.default.removeItem(atPath: target) }
            try FileManager.default.copyItem(atPath: source, toPath: target)
        } catch {
            throw .cannotCopy(from: source, to: target, reason: (error as NSError).localizedDescription)
        }
    }
}
