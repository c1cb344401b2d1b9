import Foundation
import Testing

@testable import Alerts

@Suite struct ChannelSMSTests {
    private typealias F = ChannelFixture
    private static let sid = "SM" + String(repeating: "ab", count: 16)

    private func fields(_ text: String) -> [String: String] {
        var components = URLComponents()
        // Foundation reads `+` as itself.
        components.percentEncodedQuery = text.replacingOccurrences(of: "+", with: "%20")
        return Dictionary(
            (components.queryItems ?? []).map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { _, last in last })
    }

    @Test func aMessageHasTheContractsFields() throws {
        let request = try F.sms.http(F.message(), to: "+14155550123")
        #expect(request.method == "POST")
        #expect(request.url == "https://api.twilio.com/2010-04-01/Accounts/\(F.account)/Messages.json")
        #expect(request.header("Content-Type") == "application/x-www-form-urlencoded")
        #expect(request.user == F.account && request.password == F.values[F.smsToken])
        #expect(
            request.text.hasPrefix("To=%2B14155550123&From=%2B14155550100&Body=A-0123456789.1+CRITICAL+rollback%3A+"))
        #expect(
            fields(request.text) == [
                "To": "+14155550123", "From": "+14155550100", "ValidityPeriod": "300", "Attempt": "1",
                "Body": "A-0123456789.1 CRITICAL rollback: Everything went back to the baseline on es-v3. "
                    + "https://runbooks.example.com/rollback",
            ])
    }

    @Test func aServiceAndAKeyTakeTheirPlaces() throws {
        var terms = F.sms
        let key = "SK" + String(repeating: "2c", count: 16)
        terms.kind = .sms(
            SMSTerms(
                account: F.account, key: key, token: F.smsToken, sender: .service(sid: F.service),
                url: "http://127.0.0.1:8000"))
        let request = try terms.http(F.message(), to: "+14155550123")
        #expect(request.url == "http://127.0.0.1:8000/2010-04-01/Accounts/\(F.account)/Messages.json")
        #expect(request.user == key)
        #expect(fields(request.text)["MessagingServiceSid"] == F.service && fields(request.text)["From"] == nil)
    }

    /// 3GPP TS 23.038: the boundaries of one and several segments.
    @Test(arguments: [
        ("", 0, 0, "GSM-7"), ("hello", 5, 1, "GSM-7"), ("€", 2, 1, "GSM-7"), ("@£$¥èé\n\r_ΦΞ", 11, 1, "GSM-7"),
        (String(repeating: "a", count: 160), 160, 1, "GSM-7"), (String(repeating: "a", count: 161), 161, 2, "GSM-7"),
        (String(repeating: "a", count: 306), 306, 2, "GSM-7"), (String(repeating: "a", count: 307), 307, 3, "GSM-7"),
        (String(repeating: "[", count: 80), 160, 1, "GSM-7"), (String(repeating: "[", count: 81), 162, 2, "GSM-7"),
        // 153 is odd: 76 brackets to a segment, so that 153 of them take three.
        (String(repeating: "[", count: 152), 304, 2, "GSM-7"), (String(repeating: "[", count: 153), 306, 3, "GSM-7"),
        ("ç", 1, 1, "UCS-2"), ("`", 1, 1, "UCS-2"), ("—", 1, 1, "UCS-2"), ("😀", 2, 1, "UCS-2"),
        (String(repeating: "漢", count: 70), 70, 1, "UCS-2"), (String(repeating: "漢", count: 71), 71, 2, "UCS-2"),
        (String(repeating: "漢", count: 134), 134, 2, "UCS-2"), (String(repeating: "漢", count: 135), 135, 3, "UCS-2"),
        (String(repeating: "😀", count: 35), 70, 1, "UCS-2"),
        // 67 is odd: 33 emoji to a segment.
        (String(repeating: "😀", count: 66), 132, 2, "UCS-2"), (String(repeating: "😀", count: 67), 134, 3, "UCS-2"),
    ])
    func lengthsAreCountedAsOnTheAir(text: String, units: Int, segments: Int, encoding: String) {
        let length = SMSLength(of: text)
        #expect(length.units == units && length.segments == segments && length.encoding.rawValue == encoding)
    }

    /// TS 23.038, table 1: 128 places, of which one is the escape to the extension table; that has 10 (with form feed).
    @Test func theAlphabetHasItsSize() {
        let widths = (0..<0x3000).compactMap { Unicode.Scalar($0).flatMap(GSM7.septets) }
        #expect(widths.filter { $0 == 1 }.count == 127)
        #expect(widths.filter { $0 == 2 }.count == 10)
    }

    @Test(arguments: [
        ("Größe über ñandú", "Größe über ñandu"), ("“now” – it’s…", "\"now\" - it's..."),
        ("[a]{b}|c~d^e\\f", "(a)(b)/c-d'e/f"),
        ("5 € ≤ 6", "5 EUR <= 6"), ("ﬁn Ł ő 😀 漢", "fin ? o ? ?"), ("a\r\n\tb\0c", "a b c"), ("x\u{200D}y", "xy"),
    ])
    func textsBecomePlain(text: String, plain: String) { #expect(GSM7.plain(text) == plain) }

    @Test func aResolveAndADigestAreOneSegmentToo() throws {
        #expect(ChannelTerms.smsText(F.resolve).hasPrefix("A-0123456789.4 RESOLVED rollback: "))
        #expect(ChannelTerms.smsText(F.digest(3, more: 4)) == "G-0123456789.0 DIGEST: 7 alerts. tandem alerts list")
    }

    @Test(arguments: 0..<8)
    func everyTextIsOneSegmentWithTheIdentityFirst(seed: UInt64) throws {
        var random = ChannelRandom(seed: seed)
        for _ in 0..<F.rounds {
            let message = F.random(&random)
            for isShort in [false, true] {
                let text = ChannelTerms.smsText(message, isShort: isShort)
                let length = SMSLength(of: text)
                #expect(length.encoding == .gsm7 && length.segments == 1 && length.units <= 160)
                #expect(length.units == text.unicodeScalars.count)
                if message.id.hasPrefix("A-0123456789.") { #expect(text.hasPrefix(message.id + " ")) }
                #expect(!text.utf8.contains { $0 == 10 || $0 == 13 })
            }
        }
    }

    @Test func aLookupAsksForEverythingSinceYesterday() throws {
        let request = try F.sms.lookup(to: "+14155550123", secrets: F.secrets, context: F.context)
        guard case .http(let exchange) = request else { throw ChannelFixtureError.otherRequest }
        #expect(exchange.method == "GET" && exchange.body.isEmpty && exchange.answerLimit > 100_000)
        #expect(exchange.user == F.account && exchange.password == F.values[F.smsToken])
        #expect(
            exchange.url == "https://api.twilio.com/2010-04-01/Accounts/\(F.account)/Messages.json"
                + "?To=%2B14155550123&DateSent%3E=2026-11-19&PageSize=100")
        #expect(throws: ChannelError.self) {
            try F.slack.lookup(to: "+14155550123", secrets: F.secrets, context: F.context)
        }
        #expect(throws: ChannelError.self) { try F.sms.lookup(to: "x", secrets: F.secrets, context: F.context) }
    }

    @Test func aPollAsksForOneMessage() throws {
        guard case .http(let exchange) = try F.sms.poll(Self.sid, secrets: F.secrets) else {
            throw ChannelFixtureError.otherRequest
        }
        #expect(exchange.method == "GET")
        #expect(exchange.url == "https://api.twilio.com/2010-04-01/Accounts/\(F.account)/Messages/\(Self.sid).json")
        for bad in ["", "SM1", "../../x", Self.sid + "0", "XX" + Self.sid.dropFirst(2)] {
            #expect(throws: ChannelError.self) { try F.sms.poll(bad, secrets: F.secrets) }
        }
    }

    private func list(_ texts: [String], next: String = "null") -> [UInt8] {
        let messages = texts.map {
            "{\"sid\":\"\(Self.sid)\",\"status\":\"sent\",\"body\":\"\($0)\",\"error_code\":null}"
        }
        return Array("{\"messages\":[\(messages.joined(separator: ","))],\"next_page_uri\":\(next)}".utf8)
    }

    @Test func aMessageIsFoundByItsIdentity() throws {
        let finding = SMSFinding("A-1.1", in: list(["A-1.2 x", "A-1.1 CRITICAL rollback"]))
        guard case .found(let sid, let status) = finding else { throw ChannelFixtureError.otherShape }
        #expect(sid == Self.sid && status.name == "sent" && status.outcome == .ok)
        let trial = SMSFinding("A-1.1", in: list(["Sent from your Twilio trial account - A-1.1 CRITICAL"]))
        #expect(trial == finding)
        let whole = ChannelTerms.smsText(F.message())
        #expect(SMSFinding(F.message().id, in: list([whole])) != .absent)
    }

    @Test func anIdentityIsAWholeWord() {
        #expect(SMSFinding("A-1.1", in: list(["A-1.12 x", "XA-1.1 x", "A-1.1.e2 x"])) == .absent)
        #expect(SMSFinding("A-1.1", in: list([])) == .absent)
    }

    @Test func whatIsNotWholeTellsNothing() {
        #expect(SMSFinding("A-1.1", in: []) == .unknown)
        #expect(SMSFinding("A-1.1", in: Array("<html>".utf8)) == .unknown)
        #expect(SMSFinding("A-1.1", in: Array(list(["A-1.2 x"]).dropLast(5))) == .unknown)
        #expect(SMSFinding("A-1.1", in: list(["A-1.2 x"], next: "\"/2010-04-01/x\"")) == .unknown)
    }

    @Test(arguments: [
        ("accepted", 0, false, "OK"), ("scheduled", 0, false, "OK"), ("queued", 1, false, "OK"),
        ("sending", 2, false, "OK"), ("sent", 3, false, "OK"), ("partially_delivered", 4, false, "OK"),
        ("delivered", 5, true, "OK"), ("read", 6, true, "OK"), ("undelivered", 5, true, "RETRY"),
        ("failed", 5, true, "RETRY"), ("canceled", 5, true, "PERMANENT(content)"), ("receiving", 0, false, "OK"),
    ])
    func everyStatusHasItsRank(name: String, rank: Int, isFinal: Bool, outcome: String) throws {
        let status = try #require(SMSStatus(Array("{\"status\":\"\(name)\",\"error_code\":null}".utf8)))
        #expect(status.rank == rank && status.isFinal == isFinal && status.outcome.name == outcome)
    }

    @Test(arguments: [
        (30001, "RETRY"), (30002, "PERMANENT(channel)"), (30003, "RETRY"), (30004, "PERMANENT(content)"),
        (30005, "PERMANENT(recipient)"), (30006, "PERMANENT(recipient)"), (30007, "PERMANENT(content)"),
        (30008, "AMBIGUOUS"), (30034, "PERMANENT(config)"), (39999, "RETRY"),
    ])
    func theCodeOfAnUndeliveredMessageSaysWhy(code: Int, outcome: String) throws {
        let status = try #require(SMSStatus(Array("{\"status\":\"undelivered\",\"error_code\":\(code)}".utf8)))
        #expect(status.outcome.name == outcome)
        if code == 30003 { #expect(status.outcome == .retry(after: 45)) }
    }

    @Test func aStatusThatIsNoneIsNil() {
        for body in ["", "{}", "[]", "{\"status\":7}"] { #expect(SMSStatus(Array(body.utf8)) == nil) }
    }
}
