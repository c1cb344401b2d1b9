import Alerts
import Foundation
import Operator
import Testing

@Suite struct ProgramRunnerTests {
    private static let environment = [
        "PATH": "/usr/bin:/bin", "LANG": "C", "TZ": "UTC", "HOME": "/x", "TOKEN": "Secret1",
    ]

    private func carry(
        _ arguments: [String], input: String = "", limit: Duration = .seconds(8)
    ) -> WireResult {
        CurlTransport(
            programs: ProgramRunner(environment: Self.environment, limit: limit),
            now: { UInt64(Date().timeIntervalSince1970 * 1e9) }
        ).carry(.program(ProgramCall(arguments, input: Array(input.utf8))))
    }

    private func shell(_ script: String, input: String = "", limit: Duration = .seconds(8)) -> WireResult {
        carry(["/bin/sh", "-c", script], input: input, limit: limit)
    }

    private func text(_ result: WireResult) -> String { String(decoding: result.body, as: UTF8.self) }

    @Test func programGetsTheInputAndItsEnd() {
        let result = shell("cat; echo said >&2", input: "{\"id\":1}\n")
        #expect((result.failure, result.status, result.detail) == (nil, 0, ""))
        #expect(text(result) == "{\"id\":1}\nsaid\n")
        #expect(result.startedAt <= result.endedAt)
    }

    @Test func programGetsItsArgumentsUnchanged() {
        #expect(text(carry(["/usr/bin/printf", "%s|", "a b", "", "$HOME", "*"])) == "a b||$HOME|*|")
    }

    @Test func environmentIsPathLanguageAndZoneOnly() {
        #expect(text(carry(["/usr/bin/env"])) == "LANG=C\nPATH=/usr/bin:/bin\nTZ=UTC\n")
    }

    @Test func exitStatusIsAResult() {
        let result = shell("echo no; exit 3")
        #expect((result.failure, result.status, text(result)) == (nil, 3, "no\n"))
        #expect(result.detail == "the program ended with exit code 3")
    }

    @Test func crashIsAFailure() {
        let result = shell("kill -SEGV $$")
        #expect((result.failure, result.status) == (.program, nil))
        #expect(result.detail == "the program ended with killed by SIGSEGV (11)")
    }

    @Test func lateProgramIsKilledWithWhatItStarted() throws {
        let begin = ContinuousClock.now
        let result = shell("sleep 100 & echo $! $$; wait", limit: .milliseconds(500))
        #expect((result.failure, result.status) == (.program, nil))
        #expect(result.detail == "the program did not end within 0.5 seconds and was killed")
        #expect(ContinuousClock.now - begin < .seconds(5))
        let pids = text(result).split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
        #expect(pids.count == 2)
        for pid in pids { #expect(eventually { !TestChild.isAlive(pid) }) }
    }

    /// A pipe holds 64 KiB or 1 MiB: neither side may wait for the other.
    @Test func longInputAndOutputDoNotBlockEachOther() {
        let input = String(repeating: "0123456789abcdef", count: 250_000)
        // Not compared within #expect, which would take minutes to say how megabytes differ.
        let isBeginning = shell("cat", input: input).body == Array(input.utf8.prefix(4096))
        #expect(isBeginning)
        // Reads only after it has written.
        let counted = shell("head -c 3000000 /dev/zero; wc -c >&2", input: input)
        #expect((counted.failure, counted.status) == (nil, 0))
        #expect(counted.body.count == 4096)
    }

    @Test func programMayIgnoreItsInput() {
        let result = shell("exit 0", input: String(repeating: "x", count: 3_000_000))
        #expect((result.failure, result.status) == (nil, 0))
    }

    /// In a process of its own, where nothing else has turned the signal off.
    @Test func programThatIgnoresItsInputDoesNotKillUs() async {
        await #expect(processExitsWith: .success) {
            let runner = ProgramRunner(environment: [:])
            for _ in 0..<20 {
                let run = runner.run(
                    ["/bin/sh", "-c", "exec 0<&-; sleep 0.01"], input: [UInt8](repeating: 1, count: 3_000_000),
                    keeping: 0, withStandardError: true)
                guard case .exited = run.ending else { exit(1) }
            }
        }
    }

    /// What it leaves behind may hold its output open for ever.
    @Test func descendantThatKeepsTheOutputOpenIsNotWaitedFor() {
        let begin = ContinuousClock.now
        let result = shell("setsid sleep 20 & echo done")
        #expect((result.failure, result.status, text(result)) == (nil, 0, "done\n"))
        #expect(ContinuousClock.now - begin < .seconds(5))
    }

    @Test func programThatClosesItsOutputIsWaitedFor() {
        #expect(shell("exec >&- 2>&-; sleep 0.2; exit 4").status == 4)
    }

    @Test(arguments: [
        (["/no/such/program"], "cannot start /no/such/program: there is no such file"),
        (["/etc/passwd"], "cannot start /etc/passwd: it is not an executable file (chmod +x?)"),
        (["sh"], "cannot start sh: give the full path of the program"),
        ([], "no program is named, or an argument holds a zero byte"),
        (["/bin/sh", "Secret1\0"], "no program is named, or an argument holds a zero byte"),
    ])
    func whatCannotStartIsNamed(arguments: [String], detail: String) {
        let result = carry(arguments)
        #expect((result.failure, result.status, result.detail) == (.program, nil, detail))
    }

    /// In a process of its own, where nobody else opens descriptors.
    @Test func manyProgramsLeaveNoDescriptors() async {
        await #expect(processExitsWith: .success) {
            let runner = ProgramRunner(environment: [:], limit: .milliseconds(200))
            func once(_ script: String) {
                _ = runner.run(["/bin/sh", "-c", script], input: [1], keeping: 10, withStandardError: true)
            }
            once("exit 0")
            let before = descriptors(of: getpid()).count
            for _ in 0..<50 { once("exit 0") }
            for _ in 0..<3 { once("sleep 5") }
            if !eventually({ descriptors(of: getpid()).count <= before }) { exit(1) }
        }
    }
}
