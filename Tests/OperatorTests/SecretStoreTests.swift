import Alerts
import Foundation
import Operator
import Testing

@Suite struct SecretStoreTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func store(_ environment: [String: String] = [:], limit: Duration = .seconds(5)) -> SecretStore {
        SecretStore(environment: environment, commandLimit: limit)
    }

    private func file(_ text: String, mode: UInt32 = 0o600, name: String = "secret") throws -> String {
        let path = try folder.program(name, text, mode: mode)
        // Whatever the umask took away.
        chmod(path, mode)
        return path
    }

    private func description(_ body: () throws -> String) -> String {
        do { return try "value: " + body() } catch { return "\(error)" }
    }

    // MARK: Where they come from

    @Test func environmentVariableIsTheSecret() throws {
        #expect(try store(["TOKEN": "Secret1"]).value(of: "env:TOKEN") == "Secret1")
        #expect(
            description { try store(["OTHER": "Secret1"]).value(of: "env:TOKEN") }
                == "the environment variable TOKEN is not set")
    }

    @Test(arguments: [
        ("Secret1", "Secret1"), ("Secret1\n", "Secret1"), ("Secret1\r\n", "Secret1"), (" Secret1 ", " Secret1 "),
    ])
    func fileIsTheSecretWithoutItsLastNewline(text: String, value: String) throws {
        #expect(try store().value(of: "file:" + file(text)) == value)
    }

    @Test(arguments: [0o644, 0o640, 0o604, 0o660, 0o620, 0o602, 0o4640] as [UInt32])
    func fileOpenToOthersIsRefused(mode: UInt32) throws {
        let path = try file("Secret1", mode: mode)
        #expect(
            description { try store().value(of: "file:" + path) }
                == "the secret in \(path) is open to others (mode 0\(String(mode, radix: 8))); run: chmod 600 \(path)")
        #expect(throws: SecretError.fileExposed(path: path, mode: mode)) { try store().value(of: "file:" + path) }
        chmod(path, 0o400)
        #expect(try store().value(of: "file:" + path) == "Secret1")
    }

    @Test func whatIsNoReadableFileIsNamed() throws {
        let missing = folder.file("none")
        #expect(
            description { try store().value(of: "file:" + missing) }
                == "cannot read the secret in \(missing): No such file or directory")
        let pipe = folder.file("pipe")
        mkfifo(pipe, 0o600)
        for path in [folder.path, pipe] {
            #expect(
                description { try store().value(of: "file:" + path) }
                    == "cannot read the secret in \(path): it is not a regular file")
        }
    }

    @Test func linkOfOurOwnIsFollowedAndItsTargetChecked() throws {
        let path = try file("Secret1")
        let link = folder.file("link")
        symlink(path, link)
        #expect(try store().value(of: "file:" + link) == "Secret1")
        chmod(path, 0o644)
        #expect(throws: SecretError.fileExposed(path: link, mode: 0o644)) { try store().value(of: "file:" + link) }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can make a link of somebody else"))
    func linkOfSomebodyElseIsRefused() throws {
        let link = folder.file("link")
        symlink(try file("Secret1"), link)
        lchown(link, 65_534, 65_534)
        #expect(throws: SecretError.foreignLink(path: link, owner: 65_534)) { try store().value(of: "file:" + link) }
    }

    @Test func commandPrintsTheSecret() throws {
        let words = try folder.program("show", "#!/bin/sh\necho \"noise\" >&2\necho \"$1-$2-$#-$HOME-$TOKEN\"\n")
        let secret = try store(["HOME": "/home/x", "TOKEN": "t", "PATH": "/bin"]).value(of: "exec:\(words)  a $HOME ")
        #expect(secret == "a-$HOME-2-/home/x-")
    }

    @Test func commandThatFailsIsNamedWithoutItsOutput() throws {
        let failing = try folder.program("fail", "#!/bin/sh\necho Secret1; echo Secret2 >&2; exit 2\n")
        #expect(
            description { try store().value(of: "exec:\(failing) Secret3") }
                == "no secret from \(failing): it ended with exit code 2")
        let slow = try folder.program("slow", "#!/bin/sh\necho Secret1; sleep 30\n")
        #expect(
            description { try store(limit: .milliseconds(300)).value(of: "exec:\(slow)") }
                == "no secret from \(slow): it did not end in time and was killed")
        #expect(
            description { try store().value(of: "exec:pass show x") }
                == "no secret from pass: cannot start pass: give the full path of the program")
    }

    @Test(arguments: [
        ("", "it is empty"), ("\n", "it is empty"),
        ("Sec\nret1\n", "it holds a line break or another control character"),
        ("Secret1\n\n", "it holds a line break or another control character"),
        (String(repeating: "Secret1+", count: 513), "it is longer than 4096 bytes"),
        (String(repeating: "Secret1+", count: 90_000), "it is longer than 4096 bytes"),
    ])
    func whatNoChannelCanUseIsRefusedWithoutShowingIt(text: String, reason: String) throws {
        let path = try file(text)
        #expect(
            description { try store().value(of: "file:" + path) }
                == "the secret of file:\(path) cannot be used: \(reason)")
        #expect(
            description { try store().value(of: "exec:/bin/cat \(path)") }
                == "the secret of exec:/bin/cat cannot be used: \(reason)")
    }

    @Test func longestSecretIsTakenWithItsNewline() throws {
        let text = String(repeating: "Secret1+", count: 512)
        let path = try file(text + "\r\n")
        #expect(try store().value(of: "file:" + path) == text)
        #expect(try store().value(of: "exec:/bin/cat " + path) == text)
    }

    @Test func secretThatIsNotUTF8IsRefused() throws {
        let path = try file("")
        try Data([0x53, 0xff]).write(to: URL(fileURLWithPath: path))
        #expect(description { try store().value(of: "file:" + path) }.hasSuffix("cannot be used: it is not UTF-8"))
    }

    // MARK: When

    @Test func secretIsReadOnceAndAgainWhenAsked() throws {
        let path = try file("Secret1")
        let store = store()
        #expect(try store.value(of: "file:" + path) == "Secret1")
        try "Secret2".write(toFile: path, atomically: false, encoding: .utf8)
        #expect(try store.value(of: "file:" + path) == "Secret1")
        #expect(try store.value(of: "file:" + path, isFresh: true) == "Secret2")
        #expect(try store.value(of: "file:" + path) == "Secret2")
        #expect(store.redact("Secret1 Secret2") == "<secret> <secret>")
    }

    // MARK: Redaction

    /// Odd bytes, so that each escape is used: made by hand with printf, jq and coreutils' base64.
    private static let odd = "p/s +\"ü%\\1"

    @Test(arguments: [
        odd, "p%2Fs%20%2B%22%C3%BC%25%5C1", "p%2fs%20%2b%22%c3%bc%25%5c1", "p/s+%2B%22%C3%BC%25%5C1",
        "p%2Fs+%2B%22%C3%BC%25%5C1", "p/s%20+%22%C3%BC%25%5C1", #"p/s +\"ü%\\1"#, #"p\/s +\"ü%\\1"#,
        #"p/s +\"\u00fc%\\1"#, #"p/s +\"\u00FC%\\1"#, #"\u0070\u002Fs\u0020+\u0022\u00fc%\u005c1"#,
    ])
    func secretIsFoundInEachShape(shape: String) throws {
        let store = store(["A": Self.odd])
        _ = try store.value(of: "env:A")
        #expect(store.redact("<\(shape)>\(shape)") == "<<secret>><secret>")
    }

    @Test(arguments: ["", ":", "ab:", "abc:", "\0tandem\0", "user:"]) func secretIsFoundInBase64AtAnyPlace(
        before: String
    ) throws {
        let store = store(["A": "Secret1/~~~?"])
        _ = try store.value(of: "env:A")
        for after in ["", "x", "xy", "xyz"] {
            let encoded = Data((before + "Secret1/~~~?" + after).utf8).base64EncodedString()
            for text in [
                encoded, encoded.replacing("/", with: "_").replacing("+", with: "-"),
                encoded.replacing("/", with: "\\/"),
                encoded.replacing("/", with: "%2F").replacing("+", with: "%2B"),
            ] {
                let redacted = store.redact("Basic \(text).")
                // At most one digit of base64, 6 bits, stands beside what others put before and after.
                #expect(
                    redacted.contains("<secret>") && redacted.utf8.count <= 8 + 8 + (before + after).utf8.count * 2 + 8)
                // "cret1/~~" in the three places of a group.
                for core in ["Y3JldDEvfn", "NyZXQxL35", "jcmV0MS9-f", "jcmV0MS9+f"] {
                    #expect(!redacted.contains(core))
                }
            }
        }
    }

    /// A server that refuses a webhook may repeat its path.
    @Test func pathOfASecretURLIsASecret() throws {
        let store = store(["A": "https://hooks.slack.example/services/T0/B0/Secret1", "B": "https://x.example/a"])
        _ = try (store.value(of: "env:A"), store.value(of: "env:B"))
        #expect(store.redact("no /services/T0/B0/Secret1 here") == "no <secret> here")
        #expect(store.redact(#"{"path":"\/services\/T0\/B0\/Secret1"}"#) == #"{"path":"<secret>"}"#)
        // Too short to be one.
        #expect(store.redact("https://x.example/a: a/b/a") == "<secret>: a/b/a")
    }

    @Test func longerSecretGoesBeforeTheOneInIt() throws {
        let store = store(["A": "Secret1", "B": "Secret1-and-more"])
        _ = try (store.value(of: "env:A"), store.value(of: "env:B"))
        #expect(store.redact("Secret1-and-more Secret1-and.") == "<secret> <secret>-and.")
    }

    /// Bodies of answers are cut.
    @Test func secretThatTheEndCutsOffIsTakenOut() throws {
        let store = store(["A": "Secret1/Secret2"])
        _ = try store.value(of: "env:A")
        #expect(store.redact("x Secret1/") == "x <secret>")
        #expect(store.redact("x Secret1%2FSe") == "x <secret>")
        #expect(store.redact("x Secret1/%5") == "x <secret>")
        #expect(store.redact("x Secret1/\\u005") == "x <secret>")
        #expect(store.redact("x Secret1/Secret%32]") == "x <secret>]")
        #expect(store.redact("x Secret1") == "x Secret1")
        #expect(store.redact("Secret1/ x") == "Secret1/ x")
    }

    @Test func otherTextStaysAsItIs() throws {
        let store = store(["A": "Secret1"])
        let text = "a%2F\\u00 \\ % %zz +ü\u{1F600} Secre t1 %53ecret\0"
        #expect(store.redact(text) == text)
        _ = try store.value(of: "env:A")
        #expect(store.redact(text) == text)
        #expect(store.redact([0xff, 0x53] + Array("Secret1".utf8)) == [0xff, 0x53] + Array("<secret>".utf8))
        // Not fetched, not known.
        #expect(self.store(["A": "Secret1"]).redact("Secret1") == "Secret1")
    }

    /// Any bytes, escaped at random in any mix, by the other direction of each rule.
    @Test func randomSecretsAreFoundHoweverEscaped() throws {
        for seed in 0..<UInt64(ProcessInfo.processInfo.environment["TANDEM_SOAK"] == nil ? 300 : 10_000) {
            var random = Scrambler(state: seed)
            let secret = (0..<Int.random(in: 8...40, using: &random)).map { _ in
                Character(Unicode.Scalar(UInt8.random(in: 0x20...0x7e, using: &random)))
            }
            let store = store(["A": String(secret)])
            _ = try store.value(of: "env:A")
            let escaped = secret.map { character -> String in
                guard let byte = character.asciiValue else { return "" }
                // What reads as the beginning of an escape is always escaped by whoever escapes.
                let isForced = "%\\+".contains(character)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: return String(format: "%%%02X", byte)
                case 1: return String(format: "\\u%04x", byte)
                case 2 where "\"\\/".contains(character): return "\\" + String(character)
                default: return isForced ? String(format: "%%%02x", byte) : String(character)
                }
            }.joined()
            #expect(store.redact("[" + escaped + "]") == "[<secret>]", "seed \(seed): \(String(secret)) as \(escaped)")
            #expect(store.redact("[" + String(secret) + "]") == "[<secret>]", "seed \(seed): \(String(secret))")
        }
    }

    private struct Scrambler: RandomNumberGenerator {
        var state: UInt64

        /// SplitMix64.
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }
    }

    // MARK: The process

    @Test func protectedProcessLeavesNoCoreDump() async {
        await #expect(processExitsWith: .success) {
            try SecretStore.protectProcess()
            var limit = rlimit(rlim_cur: 1, rlim_max: 1)
            getrlimit(__rlimit_resource_t(4), &limit)
            // Memory of a process that may not be dumped belongs to root.
            var status = stat()
            guard limit.rlim_cur == 0, limit.rlim_max == 0, stat("/proc/self/mem", &status) == 0 else { exit(1) }
            let shown = try String(contentsOfFile: "/proc/self/limits", encoding: .utf8)
            if !shown.contains("Max core file size        0                    0") { exit(2) }
            typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
            let control = unsafeBitCast(try #require(dlsym(dlopen(nil, RTLD_NOW), "prctl")), to: Control.self)
            // 3: PR_GET_DUMPABLE.
            if control(3, 0, 0, 0, 0) != 0 { exit(3) }
        }
    }
}

extension SecretStore {
    /// As specs write it.
    fileprivate func value(of text: String, isFresh: Bool = false) throws -> String {
        try value(of: SecretReference(text), isFresh: isFresh)
    }
}
