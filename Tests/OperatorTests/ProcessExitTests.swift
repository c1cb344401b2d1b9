import Foundation
import Operator
import Testing

@Suite struct ProcessExitTests {
    @Test(arguments: [
        ("exit 0", "exit code 0"), ("exit 3", "exit code 3"), ("exit 78", "exit code 78 (bad configuration)"),
        ("kill -SEGV $$", "killed by SIGSEGV (11)"), ("kill -KILL $$", "killed by SIGKILL (9)"),
        ("kill -PIPE $$", "killed by SIGPIPE (13)"),
    ])
    func statusIsSaidInWords(script: String, words: String) throws {
        let status = try #require(try TestChild.shell(script).wait(timeout: .seconds(10)))
        #expect(status.description == words)
        #expect(status.isSuccess == (words == "exit code 0"))
        #expect(status.isBadConfiguration == (script == "exit 78"))
    }

    @Test func waitingEndsWithItsLimit() throws {
        let child = try TestChild.shell("exec sleep 60")
        #expect(child.wait(timeout: .milliseconds(20)) == nil)
        #expect(child.isRunning)
        child.kill()
        #expect(child.wait(timeout: .seconds(10))?.signal == SIGKILL)
    }

    @Test func observersHearOfTheEndOnceBeforeAndAfter() throws {
        let child = try TestChild.shell("read x; exit 5", input: .pipe)
        let heard = Locked<[String]>([])
        let flag = try EventFlag()
        child.onExit { status in
            heard.withLock { $0.append("early \(status)") }
            flag.raise()
        }
        child.input?.close()
        #expect(flag.wait(timeout: .seconds(10)))
        child.onExit { status in heard.withLock { $0.append("late \(status)") } }
        #expect(heard.withLock { $0 } == ["early exit code 5", "late exit code 5"])
    }

    /// The number may belong to anybody by then.
    @Test func nothingIsSignalledAfterTheEnd() throws {
        let child = try TestChild.shell("exit 0")
        #expect(child.wait(timeout: .seconds(10)) != nil)
        #expect(!child.signalGroup(SIGTERM))
        child.kill()
        #expect(child.residentBytes() == nil)
        #expect(kill(child.pid, 0) == -1)
    }

    @Test func killReachesAStoppedGroup() throws {
        let child = try TestChild.shell("sleep 60 & echo $!; wait")
        let reader = try LineReader(try #require(child.output))
        let helper = Locked<Int32>(0)
        let reading = try Pending {
            reader.run(
                onLine: { line, _ in helper.withLock { $0 = Int32(String(decoding: line, as: UTF8.self)) ?? 0 } },
                onOverlong: { _ in }, onBatch: {})
        }
        #expect(eventually { helper.withLock { $0 } != 0 })
        #expect(child.signalGroup(SIGSTOP))
        child.kill()
        #expect(child.wait(timeout: .seconds(10))?.signal == SIGKILL)
        #expect(reading.wait() == .endOfInput)
        #expect(eventually { !TestChild.isAlive(helper.withLock { $0 }) })
    }

    /// Three helpers, one in a group of its own, and the engine dies by itself.
    @Test func whatADeadChildForkedDiesWithIt() throws {
        let child = try TestChild.python(
            """
            import os, time
            for n in range(3):
                pid = os.fork()
                if pid == 0:
                    if n == 2: os.setpgid(0, 0)
                    os.close(1); time.sleep(60); os._exit(0)
                if n == 2:
                    try: os.setpgid(pid, pid)
                    except OSError: pass
                print(pid, flush=True)
            os._exit(9)
            """)
        let helpers = try TestChild.lines(of: child).compactMap { Int32($0) }
        #expect(helpers.count == 3)
        #expect(child.wait(timeout: .seconds(10))?.code == 9)
        #expect(eventually { helpers.allSatisfy { !TestChild.isAlive($0) } })
    }

    @Test func startTimeIsTheKernels() throws {
        let child = try TestChild.shell("exec sleep 60")
        defer { child.kill() }
        let text = try String(contentsOfFile: "/proc/\(child.pid)/stat", encoding: .utf8)
        let fields = try #require(text.split(separator: ")").last).split(separator: " ")
        #expect(child.startTicks == UInt64(fields[19]))
    }

    /// A child of 120 MB that frees it before its end, and a small child of a supervisor whose own peak it must not inherit.
    @Test func peakMemoryIsTheChilds() throws {
        let large = try TestChild.python(
            "import time\nb=bytearray(120_000_000)\nprint(1,flush=True)\nb=None\ntime.sleep(1.2)")
        let small = try TestChild.shell("read x", input: .pipe)
        #expect(eventually { large.peakResidentBytes > 120_000_000 })
        #expect(eventually { small.peakResidentBytes > 0 })
        #expect((small.residentBytes() ?? 0) > 0)
        small.input?.close()
        let smallStatus = try #require(small.wait(timeout: .seconds(10)))
        #expect(smallStatus.peakResidentBytes < 10_000_000)
        let status = try #require(large.wait(timeout: .seconds(10)))
        #expect((120_000_000..<400_000_000).contains(status.peakResidentBytes))
        #expect(status.cpuTime > .zero)
    }

    @Test func cutLifelineIsSeenByTheChild() throws {
        let lifeline = try Lifeline()
        let child = try TestChild.shell("read x <&3; exit 42", lifeline: lifeline)
        #expect(child.wait(timeout: .milliseconds(50)) == nil)
        lifeline.cut()
        #expect(child.wait(timeout: .seconds(10))?.code == 42)
    }

}
