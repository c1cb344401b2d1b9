package import Feeds
internal import Foundation
internal import MarketData
package import Signals

/// One arm's engine over all its processes, as the router's thread sees it.
package final class EngineSeat {
    package let arm: Arm
    package let launch: EngineLaunch
    package let capture: LogCapture
    package var ledger = ArmLedger()
    package private(set) var process: EngineProcess? { didSet { if let process { latest = process } } }
    /// The present process, or the one that ended last: what it was written is still to be accounted for.
    package private(set) var latest: EngineProcess?
    package private(set) var instance = 0
    package private(set) var peakResidentBytes = 0
    /// Messages of processes that were replaced.
    package private(set) var fencedMessages = 0
    /// Set when the present process broke the contract: nothing more is taken from it.
    package private(set) var isPoisoned = false

    package init(launch: EngineLaunch, capture: LogCapture) {
        arm = launch.arm
        self.launch = launch
        self.capture = capture
    }

    package var restarts: Int { max(0, instance - 1) }

    /// Name and version as the engine says, and of a foreign one its program's hash; nil before its first `hello`.
    package var identity: String? {
        ledger.hello.map { hello in
            [hello.engine, hello.version, launch.programHash.map { "sha256:" + $0 }].compactMap { $0 }
                .joined(separator: " ")
        }
    }

    package func startProcess(
        at start: StreamStart, lateBelow: UInt64 = 0, plan: FeedPlan, log: FeedLog, mailbox: Mailbox
    ) throws {
        instance += 1
        isPoisoned = false
        ledger.begin(base: start.index, lateBelow: lateBelow)
        process = try EngineProcess(
            launch, instance: instance, start: start, plan: plan, log: log, mailbox: mailbox, capture: capture)
    }

    /// Takes lines of a process; gives what the ledger made of them, up to and including a violation.
    package func accept(
        _ lines: [EngineLine], instance: Int, readAt: UInt64, each: (ArmLedger.Said) -> Void
    ) -> (violation: ContractViolation, firstBytes: [UInt8])? {
        guard instance == self.instance, let process, !isPoisoned else {
            fencedMessages += lines.count
            return nil
        }
        let written = process.writtenRecords
        for line in lines {
            switch line {
            case .violation(let violation, let firstBytes):
                isPoisoned = true
                return (violation, firstBytes)
            case .message(let message):
                do throws(ContractViolation) {
                    each(try ledger.accept(message, readAt: readAt, written: written))
                } catch {
                    isPoisoned = true
                    var bytes: [UInt8] = []
                    message.append(to: &bytes)
                    return (error, Array(bytes.prefix(200)))
                }
            }
        }
        return nil
    }

    /// The present process is gone.
    package func ended(_ status: ExitStatus) {
        peakResidentBytes = max(peakResidentBytes, status.peakResidentBytes)
        process = nil
    }

    package func kill() { process?.kill() }

    /// What the engine last wrote on standard error, for the note on its death.
    package func deathDetail(_ status: ExitStatus) -> String {
        let last = capture.recentLines.suffix(5).joined(separator: " | ")
        return last.isEmpty ? "\(status)" : "\(status); its last words: \(last.prefix(600))"
    }
}
