import Alerts
import Foundation
import Operator
import Testing

/// Against aiosmtpd; the rows of curl's codes and replies were first measured by hand with it and with OpenSMTPD.
@Suite(.needsMailServer) struct CurlTransportMailTests {
    private let server: FaultServer
    private let name = FaultServer.unique() + ".test"

    init() throws { server = try FaultServer.shared() }

    private static let message =
        [
            "Message-ID: <A-1.1@test>", "Subject: =?utf-8?q?=C3=BC?=", "", "first", ".", "..two", ".three", "last",
        ].joined(separator: "\r\n") + "\r\n"

    private func mail(
        port: Int?, _ security: MailTransaction.Security = .startTLS, host: String = "localhost",
        password: String? = nil, recipient: String = "desk@example.com", sender: String = "tandem@example.com"
    ) throws -> WireRequest {
        let hasLogin = security != .none || password != nil
        return .mail(
            MailTransaction(
                host: host, port: try #require(port), security: security, localName: name,
                user: hasLogin ? server.ports.user : nil,
                password: hasLogin ? password ?? server.ports.password : nil, sender: sender, recipient: recipient,
                message: Array(Self.message.utf8)))
    }

    private func carry(_ request: WireRequest, _ limits: CurlTransport.Limits = .init()) -> WireResult {
        CurlTransportTests.transport(server.ports.ca, limits).carry(request)
    }

    /// What a connection of this test does otherwise than usual.
    private func script(_ step: String) throws { try server.script("smtp/" + name, step) }

    // MARK: Accepted

    @Test func mailArrivesOverSTARTTLSAsGiven() throws {
        let result = carry(try mail(port: server.ports.smtp))
        #expect((result.failure, result.status, result.detail) == (nil, 250, ""))
        #expect(result.body == Array("250 2.0.0 stored\r\n".utf8))
        let stored = try server.mails(from: name)
        #expect(stored.count == 1)
        let one = try #require(stored.first)
        #expect((one.from, one.to, one.tls, one.user) == ("tandem@example.com", ["desk@example.com"], true, "tandem"))
        // With its lone and leading dots.
        #expect(Data(base64Encoded: one.dataBase64) == Data(Self.message.utf8))
        #expect(result.startedAt <= one.time && one.time <= result.endedAt)
    }

    @Test func mailArrivesOverTLSFromTheFirstByte() throws {
        #expect(carry(try mail(port: server.ports.smtps, .tls)).failure == nil)
        let one = try #require(try server.mails(from: name).first)
        #expect((one.tls, one.user) == (true, "tandem"))
    }

    @Test(arguments: ["127.0.0.1", "localhost"]) func mailWithoutTLSReachesThisMachine(host: String) throws {
        #expect(carry(try mail(port: server.ports.smtpPlain, .none, host: host)).failure == nil)
        let one = try #require(try server.mails(from: name).first)
        #expect((one.tls, one.user) == (false, nil))
    }

    // MARK: Refused

    @Test(arguments: [
        (#"{"mail": "450 4.2.1 later"}"#, WireResult.Failure.refused, 450),
        (#"{"mail": "530 5.7.0 log in first"}"#, .refused, 530),
        (#"{"rcpt": "450 4.2.1 later"}"#, .refused, 450),
        (#"{"rcpt": "451 4.3.0 later"}"#, .refused, 451),
        (#"{"rcpt": "452 4.2.2 full"}"#, .refused, 452),
        (#"{"rcpt": "550 5.1.1 nobody"}"#, .refused, 550),
        (#"{"rcpt": "552 5.2.2 full"}"#, .refused, 552),
        (#"{"rcpt": "553 5.1.3 bad"}"#, .refused, 553),
        (#"{"data": "421 4.3.2 bye"}"#, .rejected, 421),
        (#"{"data": "451 4.3.0 later"}"#, .rejected, 451),
        (#"{"data": "452 4.3.1 full"}"#, .rejected, 452),
        (#"{"data": "550 5.7.1 spam"}"#, .rejected, 550),
        (#"{"data": "552 5.3.4 long"}"#, .rejected, 552),
        (#"{"data": "554 5.6.0 no"}"#, .rejected, 554),
        (#"{"auth": "454 4.7.0 later"}"#, .login, 454),
        (#"{"auth": "535 5.7.8 no"}"#, .login, 535),
    ])
    func refusalsHaveTheirReply(step: String, failure: WireResult.Failure, status: Int) throws {
        try script(step)
        let result = carry(try mail(port: server.ports.smtp))
        #expect((result.failure, result.status) == (failure, status), "\(result.detail)")
        // The reply is the answer's body, and its text is in no detail.
        #expect(String(decoding: result.body, as: UTF8.self).hasPrefix("\(status) "))
        #expect(
            result.detail.hasSuffix(" (curl \(["refused": 55, "rejected": 8, "login": 67][failure.rawValue] ?? 0))"))
        #expect(try server.mails(from: name).isEmpty)
        // The step is used up.
        #expect(carry(try mail(port: server.ports.smtp)).failure == nil)
    }

    @Test func wrongPasswordIsALoginFailure() throws {
        let result = carry(try mail(port: server.ports.smtp, password: "Secret1"))
        #expect((result.failure, result.status) == (.login, 535))
        #expect(result.detail == "user or password were refused: reply 535 (curl 67)")
    }

    @Test func serverThatTurnsUsAwayAtTheGreetingRefuses() throws {
        let own = try FaultServer()
        try own.script("smtp", #"{"greeting": "554 5.3.2 closed"}"#, #"{"greeting": "what?"}"#)
        let limits = CurlTransportTests.hasty
        let transport = CurlTransportTests.transport(own.ports.ca, limits)
        let closed = transport.carry(try mail(port: own.ports.smtp))
        #expect((closed.failure, closed.status) == (.refused, 554), "\(closed.detail)")
        #expect(transport.carry(try mail(port: own.ports.smtp)).failure == .notSent)
    }

    // MARK: No answer

    @Test func mailIsLostWhenTheServerDiesAfterTheDot() throws {
        try script(#"{"close": "after-dot"}"#)
        let result = carry(try mail(port: server.ports.smtp))
        #expect((result.failure, result.status) == (.lost, 354), "\(result.detail)")
        // Indeed it may have been processed.
        #expect(try server.mails(from: name).count == 1)
    }

    @Test(arguments: [
        (#"{"delay_data": 5}"#, WireResult.Failure.lost, 1),
        // Before DATA the server has no byte of the mail.
        (#"{"delay_rcpt": 5}"#, .notSent, 0), (#"{"delay_mail": 5}"#, .notSent, 0),
        (#"{"close": "at-mail"}"#, .notSent, 0), (#"{"close": "at-rcpt"}"#, .notSent, 0),
    ])
    func silenceIsLostOnlyAfterTheMessage(step: String, failure: WireResult.Failure, stored: Int) throws {
        try script(step)
        let begin = ContinuousClock.now
        let result = carry(try mail(port: server.ports.smtp), CurlTransportTests.hasty)
        #expect(result.failure == failure, "\(result.detail)")
        #expect(ContinuousClock.now - begin < .seconds(4))
        #expect(try server.mails(from: name).count == stored)
    }

    @Test func refusedConnectionAndMissingGreetingAreNotSent() throws {
        let (quiet, deaf) = (try LoopbackSocket(), try LoopbackSocket())
        let refused = carry(try mail(port: try quiet.bind(listening: false)))
        #expect((refused.failure, refused.status) == (.notSent, nil))
        #expect(refused.detail == "no connection: Connection refused (curl 7)")
        let silent = carry(try mail(port: try deaf.bind(listening: true)), .init(mail: .milliseconds(500)))
        #expect((silent.failure, silent.status) == (.notSent, nil))
    }

    /// The answer is there; the farewell is a courtesy. After a refused command curl itself waits for its end, at most as long as
    /// for a mail.
    @Test(arguments: [
        ("{", 250, 3), (#"{"data": "554 5.6.0 no", "#, 554, 3), (#"{"rcpt": "550 5.1.1 nobody", "#, 550, 7),
    ])
    func slowFarewellHoldsUpNobodyForLong(step: String, status: Int, seconds: Int) throws {
        try script(step + #""delay_quit": 20}"#)
        let begin = ContinuousClock.now
        #expect(carry(try mail(port: server.ports.smtp), .init(mail: .seconds(4))).status == status)
        #expect(ContinuousClock.now - begin < .seconds(seconds))
    }

    // MARK: Encryption

    @Test func serverWithoutSTARTTLSGetsNothing() throws {
        let result = carry(try mail(port: server.ports.smtpPlain))
        #expect((result.failure, result.status) == (.noEncryption, 250))
        #expect(result.detail == "the server does not offer TLS (curl 64)")
        try script(#"{"no_starttls": true}"#)
        #expect(carry(try mail(port: server.ports.smtp)).failure == .noEncryption)
        #expect(try server.mails(from: name).isEmpty)
    }

    @Test func certificatesOfStrangersAreRefused() throws {
        for request in [try mail(port: server.ports.smtp), try mail(port: server.ports.smtps, .tls)] {
            let result = CurlTransportTests.transport().carry(request)
            #expect(result.failure == .certificate)
            #expect(result.detail == "the server's certificate is not signed by a trusted authority (curl 60)")
        }
        let other = carry(try mail(port: server.ports.httpsOther, .tls))
        #expect(
            (other.failure, other.detail) == (.certificate, "the server's certificate is for another host (curl 60)"))
        #expect(try server.mails(from: name).isEmpty)
    }

    @Test(arguments: ["192.0.2.1", "mail.example.com", "127.0.0.1.example.com"])
    func mailWithoutTLSGoesToThisMachineOnly(host: String) throws {
        let result = carry(try mail(port: 25, .none, host: host))
        #expect(result.failure == .notSent)
        #expect(result.detail == "not sent: mail without TLS is allowed to this machine only")
    }

    @Test(arguments: ["a@b>\r\nRCPT TO:<c@d", "a@b\nc", "<a@b>", "", "a b@c", "a@b\0"])
    func addressThatCouldAddALineIsRefused(address: String) throws {
        for request in [
            try mail(port: server.ports.smtp, recipient: address), try mail(port: server.ports.smtp, sender: address),
        ] {
            #expect(carry(request).failure == .notSent)
        }
        #expect(try server.mails(from: name).isEmpty)
    }

    @Test(arguments: ["a\r\nQUIT", "", "a b"]) func hostOrNameThatCouldAddALineIsRefused(text: String) throws {
        #expect(
            carry(try mail(port: server.ports.smtp, host: text)).detail == "not sent: the address cannot be read (host)"
        )
        guard case .mail(var transaction) = try mail(port: server.ports.smtp), !text.isEmpty else { return }
        transaction.localName = text
        #expect(carry(.mail(transaction)).detail == "not sent: the address cannot be read (our own name)")
    }
}
