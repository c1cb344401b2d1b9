import Alerts
import Foundation
import Operator
import Testing

@Suite(.needsFaultServer) struct CurlTransportTests {
    /// A server that is slower than this has been sent everything, even on a busy machine.
    static let hasty = CurlTransport.Limits(connect: .seconds(1), http: .milliseconds(1200), mail: .milliseconds(1500))

    static func transport(_ authorities: String? = nil, _ limits: CurlTransport.Limits = .init()) -> CurlTransport {
        CurlTransport(
            authorities: authorities, limits: limits, programs: ProgramRunner(environment: [:]),
            now: { UInt64(Date().timeIntervalSince1970 * 1e9) })
    }

    private func post(_ url: String, _ transport: CurlTransport = transport()) -> WireResult {
        transport.carry(.http(HTTPExchange("POST", url, body: Array("{}".utf8))))
    }

    // MARK: What is sent

    @Test func requestArrivesAsGiven() throws {
        let server = try FaultServer.shared()
        let path = "/" + FaultServer.unique()
        let body: [UInt8] = [0, 255, 13, 10] + Array("ü".utf8)
        let result = Self.transport().carry(
            .http(
                HTTPExchange(
                    "POST", server.http(path + "?q=1%202"),
                    headers: [("Content-Type", "application/json; charset=utf-8"), ("X-Empty", ""), ("X-B", "a: b")],
                    body: body, user: "AC:1", password: "pass:word")))
        #expect((result.failure, result.status, result.body) == (nil, 200, Array("ok".utf8)))
        #expect(result.detail == "")

        let request = try #require(try server.requests(path).first)
        #expect(request.method == "POST")
        #expect(request.path == path + "?q=1%202")
        #expect(request.bytes == body)
        #expect(request.header("content-type") == "application/json; charset=utf-8")
        #expect(request.header("x-empty") == "")
        #expect(request.header("x-b") == "a: b")
        #expect(request.header("authorization") == "Basic " + Data("AC:1:pass:word".utf8).base64EncodedString())
        #expect(request.header("content-length") == "6")
        #expect(request.header("expect") == nil)
        #expect(result.startedAt <= request.time && request.time <= result.endedAt)
    }

    /// By what its name is looked up to, before a byte leaves; what the URL itself calls this machine is meant.
    @Test func privateNetworksAreLeftAloneWhereTheyAreNotAllowed() throws {
        let server = try FaultServer.shared()
        let transport = Self.transport(server.ports.ca, Self.hasty)
        func post(_ url: String, isPublicOnly: Bool = true) -> WireResult {
            var exchange = HTTPExchange("POST", url, body: [1])
            exchange.isPublicOnly = isPublicOnly
            return transport.carry(.http(exchange))
        }
        let path = "/" + FaultServer.unique()
        // Names below localhost are this machine's without a name server.
        let other = "https://hook.localhost:\(server.ports.https)\(path)"
        for url in [
            other, "https://10.255.255.1/", "https://[::ffff:10.255.255.1]/", "https://[fd00::1]/", "https://0/",
        ] {
            let result = post(url)
            #expect(result.failure == .privateAddress && result.detail.contains("`private`"), "\(url)")
        }
        // Its certificate is for another name.
        #expect(post(other, isPublicOnly: false).failure == .certificate)
        #expect(post(server.http(path)).status == 200)
        #expect(post(server.https(path)).status == 200)
        #expect(try server.requests(path).count == 2)
    }

    @Test(arguments: ["GET", "POST", "PUT", "PATCH", "DELETE"])
    func methodIsSentWithoutInventedHeaders(method: String) throws {
        let server = try FaultServer.shared()
        let path = "/" + FaultServer.unique()
        #expect(Self.transport().carry(.http(HTTPExchange(method, server.http(path)))).status == 200)
        let request = try #require(try server.requests(path).first)
        #expect(request.method == method)
        #expect(request.bytes == [])
        #expect(request.header("content-type") == nil)
        #expect(request.header("authorization") == nil)
        #expect(request.header("user-agent") == "tandem")
    }

    /// No "100 Continue" is waited for, however long the body.
    @Test func longBodyArrivesWhole() throws {
        let server = try FaultServer.shared()
        let path = "/" + FaultServer.unique()
        let body = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let request = WireRequest.http(HTTPExchange("POST", server.https(path), body: body))
        #expect(Self.transport(server.ports.ca).carry(request).status == 200)
        let arrived = try #require(try server.requests(path).first)
        let isSame = arrived.bytes == body
        #expect(isSame)
        #expect(arrived.header("expect") == nil)
    }

    @Test(arguments: [("X-A", "1\r\nX-Evil: 1"), ("X A", "1"), ("X-A:", "1"), ("", "1"), ("X\nA", "1"), ("X", "a\0b")])
    func headerThatCouldAddALineIsRefused(name: String, value: String) throws {
        let server = try FaultServer.shared()
        let path = "/" + FaultServer.unique()
        let request = HTTPExchange("POST", server.http(path), headers: [(name, value)])
        #expect(Self.transport().carry(.http(request)).failure == .notSent)
        #expect(try server.requests(path).isEmpty)
    }

    @Test func otherMethodsAreRefused() throws {
        let server = try FaultServer.shared()
        let path = "/" + FaultServer.unique()
        for method in ["HEAD", "CONNECT", "get", "GET / HTTP/1.1\r\nX: y\r\n\r\n", ""] {
            #expect(Self.transport().carry(.http(HTTPExchange(method, server.http(path)))).failure == .notSent)
        }
        #expect(try server.requests(path).isEmpty)
    }

    // MARK: Answers

    @Test(arguments: [200, 201, 202, 302, 307, 400, 401, 404, 410, 429, 500, 503])
    func everyWholeAnswerIsAResultWithItsStatus(status: Int) throws {
        let server = try FaultServer.shared()
        let path = "/" + FaultServer.unique()
        try server.script(path, #"{"status": \#(status), "body": "no_service"}"#)
        let result = post(server.http(path))
        #expect((result.failure, result.status, result.body) == (nil, status, Array("no_service".utf8)))
    }

    @Test func redirectIsNotFollowed() throws {
        let server = try FaultServer.shared()
        let (from, to) = ("/" + FaultServer.unique(), "/" + FaultServer.unique())
        try server.script(from, #"{"status": 307, "headers": {"Location": "\#(server.http(to))"}}"#)
        #expect(post(server.http(from)).status == 307)
        #expect(try server.requests(to).isEmpty)
    }

    @Test(arguments: [
        (#"{"status": 429, "headers": {"Retry-After": "17"}}"#, "17"),
        (
            #"{"status": 503, "headers": {"retry-after": "Fri, 27 Nov 2026 10:00:00 GMT"}}"#,
            "Fri, 27 Nov 2026 10:00:00 GMT"
        ),
        (#"{"raw": "HTTP/1.1 429 Slow down\r\nRetry-After:1 \r\nContent-Length: 0\r\n\r\n"}"#, "1"),
        (#"{"status": 429}"#, nil),
        // Of an answer before the answer.
        (#"{"raw": "HTTP/1.1 103 Early\r\nRetry-After: 9\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}"#, nil),
    ])
    func retryAfterIsReadAsSent(step: String, value: String?) throws {
        let server = try FaultServer.shared()
        let path = "/" + FaultServer.unique()
        try server.script(path, step)
        let result = post(server.http(path))
        #expect(result.failure == nil)
        #expect(result.retryAfter == value)
    }

    @Test(arguments: [4095, 4096, 4097, 3_000_000]) func bodyIsCutAtFourKiB(count: Int) throws {
        let server = try FaultServer.shared()
        let path = "/" + FaultServer.unique()
        try server.script(path, #"{"body": "\#(String(repeating: "x", count: count))"}"#)
        let result = post(server.http(path))
        #expect((result.failure, result.status) == (nil, 200))
        #expect(result.body == Array(repeating: UInt8(ascii: "x"), count: min(count, 4096)))
    }

    @Test func failureThenSuccessAreTwoResults() throws {
        let server = try FaultServer.shared()
        let path = "/" + FaultServer.unique()
        try server.script(path, #"{"status": 502}"#)
        #expect([post(server.http(path)).status, post(server.http(path)).status] == [502, 200])
    }

    // MARK: No whole answer

    @Test(
        arguments: [
            (#"{"close": "before-read"}"#, WireResult.Failure.lost, nil),
            (#"{"close": "after-read"}"#, .lost, nil),
            (#"{"close": "after-headers"}"#, .lost, 200),
            (#"{"delay_headers": 4}"#, .lost, nil),
            (#"{"delay_body": 4, "status": 429}"#, .lost, 429),
            (#"{"drip": 0.3, "body": "0123456789"}"#, .lost, 200),
            (#"{"raw": "220 mail.example ESMTP\r\n"}"#, .rejected, nil),
            (#"{"raw": "\u0000\u00ff\u0001"}"#, .rejected, nil),
            (#"{"raw": "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"}"#, .rejected, 200),
            (#"{"raw": "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n"}"#, .lost, 200),
        ] as [(String, WireResult.Failure, Int?)])
    func whatTheServerGotButDidNotAnswerIsLostOrRejected(
        step: String, failure: WireResult.Failure, status: Int?
    ) throws {
        let server = try FaultServer.shared()
        let path = "/" + FaultServer.unique()
        try server.script(path, step)
        let begin = ContinuousClock.now
        let result = post(server.http(path), Self.transport(nil, Self.hasty))
        #expect((result.failure, result.status) == (failure, status), "\(result.detail)")
        #expect(ContinuousClock.now - begin < .seconds(3))
        #expect(try server.requests(path).count == 1)
    }

    @Test func refusedConnectionIsNotSent() throws {
        let socket = try LoopbackSocket()
        let result = post("http://127.0.0.1:\(try socket.bind(listening: false))/")
        #expect((result.failure, result.status) == (.notSent, nil))
        #expect(result.detail == "no connection: Connection refused (curl 7)")
        #expect(result.startedAt <= result.endedAt)
    }

    /// TLS never stands: not a byte of the request left.
    @Test func silenceBeforeTheRequestIsNotSent() throws {
        let socket = try LoopbackSocket()
        let url = "https://localhost:\(try socket.bind(listening: true))/"
        let result = post(url, Self.transport(nil, .init(connect: .milliseconds(300))))
        #expect(result.failure == .notSent)
        #expect(result.detail == "no end within 8.0 seconds, while connecting (curl 28)")
    }

    /// In a process of its own, where nothing else has turned the signal off.
    @Test func serverThatClosesUnderALongTLSWriteDoesNotKillUs() async {
        await #expect(processExitsWith: .success) {
            let server = try FaultServer()
            for path in ["/a", "/b", "/c"] {
                try server.script(path, #"{"close": "before-read"}"#)
                let body = [UInt8](repeating: 1, count: 8_000_000)
                let result = CurlTransportTests.transport(server.ports.ca).carry(
                    .http(HTTPExchange("POST", server.https(path), body: body)))
                if result.failure != .lost { exit(1) }
            }
        }
    }

    // MARK: Where it may go

    @Test func certificatesOfStrangersAreRefused() throws {
        let server = try FaultServer.shared()
        let path = "/" + FaultServer.unique()
        let stranger = post(server.https(path))
        #expect(stranger.failure == .certificate)
        #expect(stranger.detail == "the server's certificate is not signed by a trusted authority (curl 60)")

        let other = post("https://localhost:\(server.ports.httpsOther)\(path)", Self.transport(server.ports.ca))
        #expect(other.failure == .certificate)
        #expect(other.detail == "the server's certificate is for another host (curl 60)")

        let without = post(server.https(path), Self.transport("/no/such/file"))
        #expect(without.failure == .certificate)
        #expect(without.detail == "the file of trusted certificates cannot be used (curl 77)")
        #expect(try server.requests(path).isEmpty)

        #expect(post(server.https(path), Self.transport(server.ports.ca)).status == 200)
    }

    @Test func serverWithoutTLSIsNotSent() throws {
        let server = try FaultServer.shared()
        let result = post("https://localhost:\(server.ports.http)/", Self.transport(server.ports.ca))
        #expect((result.failure, result.detail) == (.notSent, "TLS cannot be agreed on (curl 35)"))
    }

    @Test(arguments: [
        "http://192.0.2.1/", "http://hooks.example.com/", "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://127.0.0.1@192.0.2.1/", "http://[::ffff:192.0.2.1]/", "http://[::2]/", "http://128.0.0.1/",
        "http://126.255.255.255/", "http://0.0.0.0/", "HTTP://192.0.2.1/",
    ])
    func plainHTTPGoesToThisMachineOnly(url: String) {
        let result = post(url)
        #expect(result.failure == .notSent)
        #expect(result.detail == "not sent: http is allowed to this machine only, use https")
    }

    @Test(arguments: ["127.0.0.1", "127.1", "localhost", "LOCALHOST"]) func plainHTTPReachesThisMachine(host: String)
        throws
    {
        let server = try FaultServer.shared()
        #expect(post("http://\(host):\(server.ports.http)/").status == 200)
    }

    @Test func plainHTTPReachesThisMachineByIPv6() {
        // Nobody listens there; what counts is that it was tried.
        #expect(post("http://[::1]:1/").detail.hasPrefix("no connection"))
    }

    @Test(arguments: ["ftp://127.0.0.1/", "file:///etc/passwd", "smtp://127.0.0.1/", "gopher://127.0.0.1/"])
    func otherSchemesAreRefused(url: String) {
        #expect(post(url).failure == .notSent)
        #expect(post(url).body == [])
    }

    @Test(arguments: [
        "", "https://", "not a url", "https://a b/", "https://x/\r\nX: y", "https://x/\0y", "https://x:99999/",
    ])
    func whatIsNoURLIsRefused(url: String) {
        let result = post(url)
        #expect(result.failure == .notSent)
        #expect(result.detail.hasPrefix("not sent:"))
    }

    /// In a process of its own, whose environment it may change.
    @Test func proxiesOfTheEnvironmentAreNotUsed() async {
        await #expect(processExitsWith: .success) {
            for name in ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
                setenv(name, "http://127.0.0.1:1", 1)
            }
            let server = try FaultServer()
            let transport = CurlTransportTests.transport(server.ports.ca)
            for url in [server.http("/"), server.https("/")] {
                if transport.carry(.http(HTTPExchange("GET", url))).status != 200 { exit(1) }
            }
        }
    }

    // MARK: Secrets, threads

    @Test func noPartOfTheRequestIsInTheDetail() throws {
        let server = try FaultServer.shared()
        let (quiet, deaf) = (try LoopbackSocket(), try LoopbackSocket())
        let (quietPort, deafPort) = (try quiet.bind(listening: false), try deaf.bind(listening: true))
        let path = "/Secret1/\(FaultServer.unique())"
        for step in [#"{"close": "after-read"}"#, #"{"delay_headers": 3}"#, #"{"raw": "Secret7"}"#] {
            try server.script(path, step)
            let urls = [
                server.http(path), server.https(path), "https://localhost:\(server.ports.http)\(path)",
                "http://Secret3:Secret4@127.0.0.1:\(quietPort)\(path)",
                "https://localhost:\(deafPort)\(path)", "http://Secret8.example.com\(path)",
                "Secret9", "ftp://Secret0/",
            ]
            for url in urls {
                let result = Self.transport(nil, .init(connect: .milliseconds(300), http: .seconds(1))).carry(
                    .http(
                        HTTPExchange(
                            "POST", url + "?token=Secret2", headers: [("Authorization", "Bearer Secret5")],
                            body: Array("Secret6".utf8), user: "Secret3", password: "Secret4")))
                #expect(result.failure != nil)
                #expect(!result.detail.isEmpty && !result.detail.contains("Secret"), "\(result.detail)")
            }
        }
    }

    @Test func manyThreadsMayCarryAtOnce() throws {
        let server = try FaultServer.shared()
        let path = "/" + FaultServer.unique()
        let pending = try (0..<16).map { number in
            try Pending { () -> [Int?] in
                let url = number % 2 == 0 ? server.http(path) : server.https(path)
                return (0..<5).map { _ in post(url, Self.transport(server.ports.ca)).status }
            }
        }
        #expect(pending.map { $0.wait(.seconds(60)) } == Array(repeating: Array(repeating: 200, count: 5), count: 16))
        #expect(try server.requests(path).count == 80)
    }
}
