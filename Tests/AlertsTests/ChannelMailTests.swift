import Foundation
import Testing

@testable import Alerts

@Suite struct ChannelMailTests {
    private typealias F = ChannelFixture

    /// A mail as a reader takes it apart: headers unfolded, parts decoded. Written against RFC 5322 and 2045 to 2047.
    private struct Read {
        var headers: [(name: String, value: String)] = []
        var parts: [(headers: [(name: String, value: String)], text: String)] = []

        init(_ bytes: [UInt8]) throws {
            let (head, body) = try Self.split(String(decoding: bytes, as: UTF8.self))
            headers = head
            guard let type = value("Content-Type"), let start = type.range(of: "boundary=\"") else {
                parts = [(head, Self.decoded(body))]
                return
            }
            let boundary = "--" + type[start.upperBound...].dropLast()
            var pieces = ("\r\n" + body).components(separatedBy: "\r\n" + boundary)
            guard pieces.count == 4, pieces[3] == "--\r\n", pieces[0].isEmpty else {
                throw ChannelFixtureError.otherShape
            }
            pieces = Array(pieces[1...2])
            for piece in pieces {
                guard piece.hasPrefix("\r\n") else { throw ChannelFixtureError.otherShape }
                let (own, text) = try Self.split(String(piece.dropFirst(1)))
                parts.append((own, Self.decoded(text)))
            }
        }

        func value(_ name: String) -> String? { headers.first { $0.name == name }?.value }

        private static func split(_ text: String) throws -> ([(name: String, value: String)], String) {
            guard let end = text.range(of: "\r\n\r\n") else { throw ChannelFixtureError.otherShape }
            let unfolded = text[..<end.lowerBound].replacingOccurrences(of: "\r\n ", with: " ")
            let headers = try unfolded.components(separatedBy: "\r\n").map { line -> (name: String, value: String) in
                guard let colon = line.range(of: ": ") else { throw ChannelFixtureError.otherShape }
                return (String(line[..<colon.lowerBound]), String(line[colon.upperBound...]))
            }
            return (headers, String(text[end.upperBound...]))
        }

        private static func decoded(_ text: String) -> String {
            var bytes: [UInt8] = []
            var rest = Array(text.replacingOccurrences(of: "=\r\n", with: "").utf8)[...]
            while let byte = rest.popFirst() {
                if byte == 61 {
                    bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 63)
                    rest = rest.dropFirst(2)
                } else {
                    bytes.append(byte)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        /// The subject with its encoded words joined (RFC 2047, section 6.2).
        var subject: String {
            guard let raw = value("Subject"), raw.hasPrefix("=?utf-8?B?") else { return value("Subject") ?? "" }
            let bytes = raw.split(separator: " ").flatMap { word in
                [UInt8](Data(base64Encoded: String(word.dropFirst(10).dropLast(2))) ?? Data())
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    @Test func theTransactionIsTheSpecs() throws {
        let mail = try F.email.mail(F.message())
        #expect(mail.host == "mail.example.com" && mail.port == 587 && mail.security == .startTLS)
        #expect(mail.user == "tandem" && mail.password == F.values[F.mailPassword])
        #expect(mail.sender == "tandem@example.com" && mail.recipient == "desk@example.com")
        #expect(mail.localName == "desk1.example.com")
    }

    @Test func everyHeaderIsThereOnce() throws {
        let read = try Read(F.email.mail(F.message()).message)
        #expect(
            read.headers.map(\.name) == [
                "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Incident-Id", "Importance",
                "MIME-Version", "Content-Type",
            ])
        #expect(read.value("From") == "tandem@example.com" && read.value("To") == "desk@example.com")
        #expect(read.value("Subject") == "[CRITICAL] rollback: Everything went back to the baseline")
        #expect(read.value("Date") == "Fri, 20 Nov 2026 14:30:05 +0000")
        // `printf desk@example.com | sha256sum | cut -c1-16`
        #expect(read.value("Message-ID") == "<A-0123456789.1.f1a6a4b7e195c9d0@desk1.example.com>")
        #expect(read.value("Auto-Submitted") == "auto-generated")
        #expect(read.value("X-Incident-Id") == "A-0123456789")
        #expect(read.value("Importance") == "high")
        #expect(read.value("Content-Type")?.hasPrefix("multipart/alternative; boundary=\"") == true)
    }

    @Test func textComesBeforeHTMLAndBothSayAll() throws {
        let read = try Read(F.email.mail(F.message()).message)
        let types = read.parts.map { $0.headers.first { $0.name == "Content-Type" }?.value }
        #expect(types == ["text/plain; charset=utf-8", "text/html; charset=utf-8"])
        for part in read.parts {
            #expect(part.headers.contains { $0 == ("Content-Transfer-Encoding", "quoted-printable") })
            for piece in [
                "CRITICAL rollback: Everything went back to the baseline", "The candidate lost 2.4 R.", "loss: 2.4 R",
                "limit: 2 R", "https://runbooks.example.com/rollback", "tandem alerts ack A-0123456789",
                "A-0123456789.1",
                "Since 2026-11-20 14:29:00 UTC",
            ] { #expect(part.text.contains(piece)) }
        }
        #expect(read.parts[1].text.contains("<a href=\"https://runbooks.example.com/rollback\">"))
    }

    @Test func theMessageIDIsTheSameInEveryAttemptAndDiffersByRecipient() throws {
        var later = F.context
        later.attempt = 5
        later.seconds += 3600
        let first = try Read(F.email.mail(F.message()).message).value("Message-ID")
        #expect(try Read(F.email.mail(F.message(), to: "desk@example.com", later).message).value("Message-ID") == first)
        #expect(ChannelTerms.mailID(of: F.message(), to: "desk@example.com", hostName: "desk1.example.com") == first)
        #expect(try Read(F.email.mail(F.message(), to: "b@example.com").message).value("Message-ID") != first)
        #expect(try Read(F.email.mail(F.message(.raised, number: 2)).message).value("Message-ID") != first)
    }

    @Test func laterMailsReferToTheFirst() throws {
        let first = ChannelTerms.mailID(of: F.message(), to: "desk@example.com", hostName: "desk1.example.com")
        var context = F.context
        context.firstMailID = first
        let read = try Read(F.email.mail(F.resolve, to: "desk@example.com", context).message)
        #expect(read.value("In-Reply-To") == first && read.value("References") == first)
        #expect(read.value("Subject") == "[RESOLVED] rollback: Everything went back to the baseline")
        #expect(read.value("Importance") == nil)
        let itself = try Read(F.email.mail(F.message(), to: "desk@example.com", context).message)
        #expect(itself.value("In-Reply-To") == nil)
    }

    @Test(arguments: ["<a@b>\r\nBcc: x@example.com", "a@b", "<a b@c>", "<a@b@c>", "<>", ""])
    func aReferenceThatIsNoneIsLeftOut(first: String) throws {
        var context = F.context
        context.firstMailID = first
        #expect(try Read(F.email.mail(F.message(), to: "desk@example.com", context).message).value("References") == nil)
    }

    @Test(arguments: [AlertSeverity.info, .warning, .critical, .emergency])
    func onlyUrgentMailsAreMarked(severity: AlertSeverity) throws {
        let read = try Read(F.email.mail(F.message(.opened, F.alert(severity))).message)
        #expect((read.value("Importance") == "high") == (severity == .critical || severity == .emergency))
    }

    @Test(arguments: [
        "Größe 😀 über alles", String(repeating: "long ", count: 90), "=?utf-8?q?x?= y",
        String(repeating: "漢", count: 400),
    ])
    func subjectsSurviveEncoding(summary: String) throws {
        let mail = try F.email.mail(F.message(.opened, F.alert(summary: summary)))
        #expect(
            try Read(mail.message).subject == "[CRITICAL] rollback: \(summary.trimmingCharacters(in: .whitespaces))")
        let lines = String(decoding: mail.message, as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines.drop { !$0.hasPrefix("Subject: ") }.prefix { !$0.hasPrefix("Date: ") }
        #expect(words.allSatisfy { $0.utf8.count <= 76 && $0.utf8.allSatisfy { $0 < 127 } })
    }

    /// RFC 2045, section 6.7.
    @Test(arguments: [
        ("a=b", "a=3Db"), ("é", "=C3=A9"), ("end ", "end=20"), (" x", " x"), ("\t", "=09"), ("a\nb", "a\r\nb"),
        ("", ""),
        (String(repeating: "a", count: 75), String(repeating: "a", count: 75)),
        (String(repeating: "a", count: 77), String(repeating: "a", count: 75) + "=\r\naa"),
        (String(repeating: "é", count: 13), String(repeating: "=C3=A9", count: 12) + "=C3=\r\n=A9"),
    ])
    func quotedPrintableFollowsItsRules(text: String, encoded: String) {
        #expect(QuotedPrintable.encode(text) == encoded)
    }

    @Test func markupInTextsStaysText() throws {
        let alert = F.alert(summary: "<script>alert(\"x\")</script> & more", details: "a\n<b>b</b>")
        let html = try Read(F.email.mail(F.message(.opened, alert)).message).parts[1].text
        #expect(html.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; more"))
        #expect(html.contains("a<br>\r\n&lt;b&gt;b&lt;/b&gt;") && !html.contains("<script"))
    }

    @Test func aDigestListsItsAlerts() throws {
        let read = try Read(F.email.mail(F.digest(120, more: 5)).message)
        #expect(read.value("Subject") == "[DIGEST] 125 alerts" && read.value("X-Incident-Id") == "G-0123456789.0")
        for part in read.parts {
            #expect(part.text.contains("INFO summary: Number 99 (A-1000000099)") && part.text.contains("and 25 more"))
        }
    }

    @Test func theShortFormIsPlainText() throws {
        var context = F.context
        context.isShort = true
        let read = try Read(F.email.mail(F.message(), to: "desk@example.com", context).message)
        #expect(read.value("Content-Type") == "text/plain; charset=utf-8" && read.parts.count == 1)
        #expect(read.parts[0].text.contains("A-0123456789.1"))
    }

    @Test func hundredLinesOfEvidenceAreCutWithACount() throws {
        let evidence = (0..<100).map { AlertEvidence("n\($0)", "v") }
        let read = try Read(F.email.mail(F.message(.opened, F.alert(evidence: evidence))).message)
        for part in read.parts {
            #expect(part.text.contains("n49: v") && !part.text.contains("n50: v") && part.text.contains("and 50 more"))
        }
    }

    @Test(arguments: 0..<8)
    func noTextAddsAHeaderOrABareLineEnd(seed: UInt64) throws {
        var random = ChannelRandom(seed: seed)
        for _ in 0..<F.rounds {
            var context = F.context
            context.isShort = Bool.random(using: &random)
            context.hostName = random.text(upTo: 80)
            if Bool.random(using: &random) { context.firstMailID = random.text(upTo: 20) }
            let message = F.random(&random)
            let bytes = try F.email.mail(message, to: "desk@example.com", context).message
            #expect(
                bytes.suffix(2) == [13, 10] && bytes.allSatisfy { $0 == 13 || $0 == 10 || (32...126).contains($0) })
            let pairs = zip(bytes, bytes.dropFirst())
            #expect(!pairs.contains { ($0 == 13) != ($1 == 10) } && bytes.first != 10)
            let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
            for line in lines where line.utf8.count > 78 {
                #expect(
                    line.utf8.count <= 998
                        && ["Message-ID:", "In-Reply-To:", "References:"].contains { line.hasPrefix($0) })
            }
            let read = try Read(bytes)
            let names = read.headers.map(\.name)
            #expect(Set(names).count == names.count)
            let known = [
                "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
                "X-Incident-Id", "Importance", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
            ]
            #expect(Set(names).isSubset(of: known))
            #expect(read.parts.count == (context.isShort ? 1 : 2))
        }
    }
}
