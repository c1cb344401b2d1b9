internal import Foundation
internal import Glibc
internal import Synchronization

/// Hands lines to a program on its standard input, one at a time; the program prints the `seq` it has dealt with.
///
/// A program that ends is started again for the entry it left.
final class ExecutableSink: Sink {
    private struct Running {
        let child: ChildProcess
        let writer: PipeWriter
    }

    private struct State {
        var acknowledged: Int64 = 0
        var lostInstance = 0
        var isClosed = false
    }

    private let launch: SpawnRequest
    private let capture: LogCapture
    private let monitor = Monitor(State())
    private let running = Locked<Running?>(nil)
    private let instance = Atomic<Int>(0)

    init(launch: SpawnRequest, capture: LogCapture) {
        self.launch = launch
        self.capture = capture
    }

    func open(journaled: Int64) -> Int64 {
        monitor.update { $0.acknowledged = journaled }
        return journaled
    }

    func deliver(_ entry: LiveEntry, revokedThrough: () -> Int64) -> SinkDelivery {
        let program: Running
        do {
            program = try running.withLock { $0 } ?? start()
        } catch {
            return .retry(reason: "\(error)")
        }
        let number = instance.load(ordering: .acquiring)
        var revoked = entry.isRevoked(through: revokedThrough())
        guard send(entry.line(revokedThrough: revokedThrough()), to: program) else { return lost(program) }
        while true {
            let answer = monitor.wait(atMost: 0.02) { state -> SinkDelivery? in
                if state.acknowledged >= entry.seq { return .done }
                if state.isClosed { return .gone(reason: "stopped") }
                return state.lostInstance >= number ? .retry(reason: "the program ended before it answered") : nil
            }
            switch answer {
            case .done?: return .done
            case .retry?: return lost(program)
            case .gone(let reason)?: return .gone(reason: reason)
            case nil: break
            }
            if !revoked, entry.isRevoked(through: revokedThrough()) {
                // Taken back while the program had it and had not answered.
                revoked = true
                guard send(entry.revokeLine, to: program) else { return lost(program) }
            }
        }
    }

    func close() {
        monitor.update { $0.isClosed = true }
        guard let program = running.withLock({ $0 }) else { return }
        program.writer.close()
        if program.child.wait(timeout: .seconds(2)) == nil { program.child.kill() }
        capture.close()
    }

    private func send(_ line: [UInt8], to program: Running) -> Bool {
        line.withUnsafeBytes { program.writer.write($0) } == .written
    }

    private func lost(_ program: Running) -> SinkDelivery {
        program.child.kill()
        running.withLock { $0 = nil }
        return .retry(
            reason:
                "the program \(launch.executable) ended: \(program.child.wait(timeout: .seconds(1))?.description ?? "killed")"
        )
    }

    private func start() throws -> Running {
        let child = try Spawner.shared.spawn(launch)
        guard let input = child.input, let output = child.output, let error = child.error else {
            preconditionFailure("a spawned sink has three pipes")
        }
        let program = Running(child: child, writer: try PipeWriter(input))
        try capture.attach(error)
        let number = instance.add(1, ordering: .acquiringAndReleasing).newValue
        let reader = try LineReader(output)
        try DedicatedThread.start("sink-acks") { [self] in
            _ = reader.run(
                onLine: { bytes, _ in
                    let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
                    guard let seq = Int64(text) else { return }
                    monitor.update { $0.acknowledged = max($0.acknowledged, seq) }
                }, onOverlong: { _ in }, onBatch: {})
            monitor.update { $0.lostInstance = max($0.lostInstance, number) }
        }
        running.withLock { $0 = program }
        return program
    }
}
