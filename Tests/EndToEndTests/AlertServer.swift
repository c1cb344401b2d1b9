import Foundation
import Testing

/// The server of Tests/FaultServer as the receiver of alerts.
final class AlertServer {
    struct Request {
        let method: String
        /// Without its query.
        let path: String
        let headers: [String: String]
        let body: String
        /// Ns since 1970: when its head had been read, and when the answer had been written.
        let time: Int
        let answered: Int?

        var json: JSON? { JSON(body) }
        /// Not cut off by the sender's end.
        var isWhole: Bool { headers["content-length"].flatMap { Int($0) } == body.utf8.count }
    }

    private let server: Process
    let port: Int
    private let smtp: Int?
    private let authority: String

    static let canServe = ["/usr/bin/python3", "/usr/bin/openssl"].allSatisfy(
        FileManager.default.isExecutableFile(atPath:))

    init() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        server = Process()
        server.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        server.arguments = [tests.path + "/FaultServer/server.py"]
        let (input, output) = (Pipe(), Pipe())
        server.standardInput = input
        server.standardOutput = output
        try server.run()
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), let first = byte.first, first != 10 {
            line.append(byte)
        }
        let ports = try #require(JSON(String(decoding: line, as: UTF8.self)))
        port = try #require(ports["http"].int)
        smtp = ports["smtp"].int
        authority = try #require(ports["ca"].string)
    }

    deinit { server.terminate() }

    /// By a connection of our own: starting a program for it would cost more than the rest.
    private func ask(_ folder: Folder, _ method: String, _ path: String, _ body: String = "") throws -> String {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let isConnected = withUnsafeBytes(of: &address) { bytes in
            connect(connection, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t(bytes.count)) == 0
        }
        guard isConnected else { throw Late(description: "the server is gone: \(String(cString: strerror(errno)))") }
        let head = "\(method) \(path) HTTP/1.0\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        try FileHandle(fileDescriptor: connection).write(contentsOf: Data((head + body).utf8))
        let answer = try FileHandle(fileDescriptor: connection).readToEnd() ?? Data()
        let end = try #require(answer.firstRange(of: Data("\r\n\r\n".utf8)), "\(method) \(path)")
        return String(decoding: answer[end.upperBound...], as: UTF8.self)
    }

    func script(_ folder: Folder, _ key: String, _ step: String, repeats: Bool = true) throws {
        let last = repeats ? "repeat" : "usual"
        _ = try ask(folder, "POST", "/_script", #"{"path": "\#(key)", "last": "\#(last)", "steps": [\#(step)]}"#)
    }

    /// Scripts, requests and mails.
    func forget(_ folder: Folder) throws { _ = try ask(folder, "POST", "/_reset") }

    /// In order; of all paths unless one is given.
    func requests(_ folder: Folder, _ path: String? = nil) throws -> [Request] {
        let log = try #require(JSON(ask(folder, "GET", "/_log" + (path.map { "?path=\($0)" } ?? ""))))
        return log.list.map { entry in
            let headers = entry["headers"].list.map { ($0.list[0].string?.lowercased() ?? "", $0.list[1].string ?? "") }
            return Request(
                method: entry["method"].string ?? "",
                path: String((entry["path"].string ?? "").prefix { $0 != "?" }), headers: Dictionary(headers) { $1 },
                body: entry["body"].string ?? "", time: entry["time"].int ?? 0, answered: entry["answered"].int)
        }
    }

    func mails(_ folder: Folder) throws -> [JSON] { try #require(JSON(ask(folder, "GET", "/_mails"))).list }

    var slack: String {
        #"{slack: {token: env:SLACK_SECRET, channel: C0123ABCD, url: "http://127.0.0.1:\#(port)/slack"}}"#
    }

    var ops: String { #"{webhook: {url: "http://127.0.0.1:\#(port)/ops", secrets: [env:OPS_SECRET]}}"# }

    /// Nil without a mail server.
    var mail: String? {
        smtp.map {
            "{email: {host: localhost, port: \($0), user: tandem, password: env:MAIL_SECRET, from: tandem@example.com, "
                + "to: [desk@example.com]}}"
        }
    }

    /// One of each kind, pointed at this server, with a secret of its own each.
    var channels: String {
        """
        alerts:
          channels:
            hook: {slack_webhook: {url: env:HOOK_URL}}
            slack: \(slack)
            phone: {sms: {account: AC0123456789abcdef0123456789abcdef, token: env:SMS_SECRET, from: "+14155550100", to: ["+14155550123"], url: "http://127.0.0.1:\(port)/twilio"}}
            ops: \(ops)
            pager: {pagerduty: {routing_key: env:PAGER_SECRET, url: "http://127.0.0.1:\(port)/pager"}}
            \(mail.map { "mail: \($0)" } ?? "")
        """
    }

    static let secrets = [
        "SLACK_SECRET": "xoxb-1111-slacksecret", "SMS_SECRET": "twiliosecret2222222222222222222222",
        "OPS_SECRET": "whsec_b3BzLXNlY3JldC0zMzMzMzMzMzMzMzMzMzMz", "PAGER_SECRET": "pagersecret444444444444444444444",
    ]

    var canMail: Bool { smtp != nil }

    /// Whether there is a mail server in it.
    static let hasMail = (try? AlertServer())?.canMail ?? false

    /// What a program that sends to it needs.
    var environment: [String: String] {
        var environment = Self.secrets
        environment["HOOK_URL"] = "http://127.0.0.1:\(port)/hook/secret5555555555"
        environment["MAIL_SECRET"] = "correct horse"
        environment["SSL_CERT_FILE"] = authority
        return environment
    }

    /// Providers answer as they do when all is well.
    func answerWell(_ folder: Folder) throws {
        try script(folder, "/hook/secret5555555555", #"{"status": 200, "body": "ok"}"#)
        try script(
            folder, "/slack/chat.postMessage",
            #"{"status": 200, "body": "{\"ok\":true,\"channel\":\"C0123ABCD\",\"ts\":\"1700000000.000100\"}"}"#)
        let messages = "/twilio/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json"
        try script(
            folder, messages,
            #"{"status": 201, "body": "{\"sid\":\"SM0123456789abcdef0123456789abcdef\",\"status\":\"queued\"}"}"#)
        try script(
            folder, "/pager/v2/enqueue", #"{"status": 202, "body": "{\"status\":\"success\",\"dedup_key\":\"k\"}"}"#)
    }

    static let messages = "/twilio/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json"
}
