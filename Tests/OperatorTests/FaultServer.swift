import Foundation
import Operator
import Synchronization
import Testing

/// The server of Tests/FaultServer, which misbehaves as told; its own description says how. It ends with this process.
final class FaultServer: Sendable {
    struct Ports: Decodable, Sendable {
        let http: Int
        let https: Int
        let httpsOther: Int
        /// Nil without aiosmtpd.
        let smtp: Int?
        let smtps: Int?
        let smtpPlain: Int?
        /// The file of the authority that signed its certificates.
        let ca: String
        let user: String
        let password: String
    }

    struct Request: Decodable, Sendable {
        /// Ns since 1970: when its head had come in, and when the answer was written.
        let time: UInt64
        let answered: UInt64?
        let method: String
        let path: String
        let headers: [[String]]
        let body: String
        let bodyBase64: String

        func header(_ name: String) -> String? { headers.first { $0[0].lowercased() == name.lowercased() }?[1] }
        var bytes: [UInt8] { Array(Data(base64Encoded: bodyBase64) ?? Data()) }
    }

    struct Mail: Decodable, Sendable {
        let time: UInt64
        let from: String
        let to: [String]
        let data: String
        let dataBase64: String
        let ehlo: String?
        let tls: Bool
        let user: String?
    }

    private static let python = "/usr/bin/python3"

    /// Whether python3 and openssl are there.
    static let canServe = ["/usr/bin/python3", "/usr/bin/openssl"].allSatisfy(
        FileManager.default.isExecutableFile(atPath:))

    /// Whether aiosmtpd is there as well.
    static let canMail: Bool = {
        guard canServe else { return false }
        let request = SpawnRequest(
            executable: python, arguments: ["-c", "import aiosmtpd"], input: .null, output: .null, error: .null)
        return (try? Spawner.shared.spawn(request))?.wait(timeout: .seconds(30))?.isSuccess == true
    }()

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    private static let first = Result { try FaultServer() }
    private static let count = Atomic<Int>(0)

    /// One for all tests; each takes keys of its own.
    static func shared() throws -> FaultServer { try first.get() }

    /// A word that no other test of this process uses.
    static func unique() -> String { "n\(count.add(1, ordering: .relaxed).newValue)" }

    let ports: Ports
    private let child: ChildProcess

    init() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        child = try Spawner.shared.spawn(
            SpawnRequest(
                executable: Self.python, arguments: [folder.path + "/FaultServer/server.py"],
                environment: TestChild.path, error: .descriptor(Descriptor(dup(2)))))
        var line: [UInt8] = []
        var byte: UInt8 = 0
        let output = try #require(child.output)
        while read(output.number, &byte, 1) == 1, byte != 10 { line.append(byte) }
        ports = try Self.decoder.decode(Ports.self, from: Data(line))
    }

    func http(_ path: String) -> String { "http://127.0.0.1:\(ports.http)\(path)" }
    func https(_ path: String) -> String { "https://localhost:\(ports.https)\(path)" }

    /// Each exchange on `key` takes the next of `steps`, which are JSON.
    func script(_ key: String, _ steps: String..., repeats: Bool = false) throws {
        let last = repeats ? "repeat" : "usual"
        let order = #"{"path": "\#(key)", "last": "\#(last)", "steps": [\#(steps.joined(separator: ", "))]}"#
        _ = try ask("POST", "/_script", order)
    }

    /// What came in for `path`, in order.
    func requests(_ path: String) throws -> [Request] {
        try Self.decoder.decode([Request].self, from: ask("GET", "/_log?path=\(path)"))
    }

    /// The stored mails of those who called themselves `name`.
    func mails(from name: String) throws -> [Mail] {
        try Self.decoder.decode([Mail].self, from: ask("GET", "/_mails")).filter { $0.ehlo == name }
    }

    /// The body of the answer, by plain sockets: what is tested does not test itself.
    private func ask(_ method: String, _ target: String, _ body: String = "") throws -> Data {
        let connection = try LoopbackSocket()
        try #require(connection.connect(to: ports.http))
        let text =
            "\(method) \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            + body
        let bytes = Array(text.utf8)
        try #require(send(connection.descriptor.number, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
        var answer = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(connection.descriptor.number, &buffer, buffer.count)
            guard count > 0 else { break }
            answer.append(contentsOf: buffer[..<count])
        }
        let head = try #require(answer.range(of: Data("\r\n\r\n".utf8)))
        return answer[head.upperBound...]
    }
}

/// A TCP socket of 127.0.0.1.
final class LoopbackSocket: Sendable {
    let descriptor: Descriptor

    init() throws {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(number >= 0)
        descriptor = Descriptor(number)
    }

    func connect(to port: Int) -> Bool { Self.with(port) { Glibc.connect(descriptor.number, $0, $1) } == 0 }

    /// Takes a free port, which answers nothing: it refuses connections, or with `listening` leaves them waiting for ever.
    func bind(listening: Bool) throws -> Int {
        try #require(Self.with(0) { Glibc.bind(descriptor.number, $0, $1) } == 0)
        if listening { try #require(listen(descriptor.number, 16) == 0) }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor.number, $0, &length) }
        }
        try #require(code == 0)
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func with(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

extension Trait where Self == ConditionTrait {
    static var needsFaultServer: Self { .enabled(if: FaultServer.canServe, "python3 or openssl is missing") }
    static var needsMailServer: Self {
        .enabled(if: FaultServer.canMail, "python3-aiosmtpd is missing: scripts/bootstrap --dev")
    }
}
