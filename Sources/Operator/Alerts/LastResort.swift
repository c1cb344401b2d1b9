package import Alerts
internal import Foundation
internal import Glibc

/// When no channel takes an alert: whoever is at this machine has to see it.
package struct LastResort: Sendable {
    private let file: String
    private let program: [String]
    private let transport: any AlertTransport

    /// - Parameter program: also gets the alert on its standard input; none when empty.
    package init(folder: StateFolder, program: [String], transport: any AlertTransport) {
        file = folder.alertFile
        self.program = program
        self.transport = transport
    }

    /// Standard error, syslog, `<state>/ALERT` and the program; what of it fails does not keep the rest back.
    package func tell(_ notice: AlertNotice, runbook: String) {
        let alert = notice.alert
        let text = "\(alert.id) \(alert.severity.rawValue) \(alert.rollout): \(alert.summary); see \(runbook)"
        FileHandle.standardError.write(Data("tandem: ALERT nobody could be told of: \(text)\n".utf8))
        SystemLog.critical(text)
        append(text)
        guard !program.isEmpty else { return }
        let call = ProgramCall(program, input: Array((EventCodec.encode(notice) + "\n").utf8))
        try? DedicatedThread.start("last-resort") { [transport] in _ = transport.carry(.program(call)) }
    }

    private func append(_ text: String) {
        let descriptor = open(file, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let line = Array("\(text)\n".utf8)
        _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        fsync(descriptor)
    }
}
