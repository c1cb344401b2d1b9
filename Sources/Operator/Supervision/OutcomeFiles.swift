package import MarketData
package import Rollout
internal import Signals

/// Feeds outcomes back: one file a closed session and arm, whole or not there at all.
///
/// Kept beside the engines' states, so that an engine that begins anew finds the same files again; engines look only at
/// sessions before the one that opens.
package struct OutcomeFiles {
    private let folder: StateFolder
    private var lines: [Arm: [UInt8]] = [:]

    package init(folder: StateFolder) { self.folder = folder }

    package mutating func add(_ outcome: Outcome) { outcome.line.append(to: &lines[outcome.arm, default: []]) }

    /// Writes the session's files, empty where an arm said nothing.
    package mutating func close(_ session: CivilDate) throws {
        for arm in Arm.allCases {
            for target in [folder.outcomes(arm), folder.engineState(arm) + "/outcomes"] {
                try FolderMemory.write(lines[arm] ?? [], to: target, name: "\(session).jsonl")
            }
        }
        lines.removeAll()
    }
}
