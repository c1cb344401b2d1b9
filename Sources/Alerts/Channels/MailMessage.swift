internal import MarketData

/// A mail after RFC 5322 and 2045 to 2047: lines ended by CRLF, plain text first and HTML after it.
extension ChannelTerms {
    func mail(
        _ message: AlertMessage, to recipient: String, _ terms: EmailTerms, _ secrets: ResolvedSecrets,
        _ context: SendContext
    ) throws(ChannelError) -> MailTransaction {
        if let problem = terms.problems.first { throw .unusableTerms(channel: name, problem: problem) }
        guard ChannelAddress.isEmail(recipient) else {
            throw .unusableRecipient(channel: name, expected: "an address such as desk@example.com")
        }
        var password: String?
        if let reference = terms.password {
            password = try secret(reference, secrets, "a password in one line", ChannelAddress.isPassword)
        }
        return MailTransaction(
            host: terms.host, port: terms.port, security: terms.security, localName: context.localName,
            user: terms.user, password: password, sender: terms.sender, recipient: recipient,
            message: Array(MailText(message, from: terms.sender, to: recipient, context).text.utf8))
    }

    /// The Message-ID of a mail to `recipient`, with its angle brackets; the same in every attempt.
    public static func mailID(of message: AlertMessage, to recipient: String, hostName: String) -> String {
        let context = SendContext(seconds: 0, hostName: hostName)
        let own = message.id.utf8.prefix(60).map { ChannelText.isLetterOrDigit($0) || $0 == 46 ? $0 : 45 }
        // An atom has no empty parts.
        let parts = own.split(separator: 46).map { String(decoding: $0, as: UTF8.self) }
        let hash = SHA256.hex(SHA256.digest(recipient).prefix(8))
        return "<\((parts + [hash]).joined(separator: "."))@\(context.localName)>"
    }
}

/// Headers and body of a mail.
private struct MailText {
    let text: String

    init(_ message: AlertMessage, from sender: String, to recipient: String, _ context: SendContext) {
        let view = MessageView(message)
        let id = ChannelTerms.mailID(of: message, to: recipient, hostName: context.hostName)
        var headers = [
            "From: \(sender)", "To: \(recipient)", "Subject: \(MailHeader.text(Self.subject(message, view)))",
            "Date: \(ChannelTime.rfc5322(seconds: context.seconds))", "Message-ID: \(id)",
        ]
        if let first = context.firstMailID, first != id, MailHeader.isMessageID(first) {
            headers += ["In-Reply-To: \(first)", "References: \(first)"]
        }
        let incident = message.isDigest ? message.id : message.notice.alert.id
        headers += ["Auto-Submitted: auto-generated", "X-Incident-Id: \(MailHeader.word(incident))"]
        if message.isUrgent { headers.append("Importance: high") }
        headers.append("MIME-Version: 1.0")
        let plain = QuotedPrintable.encode(Self.plain(view) + "\n")
        guard !context.isShort else {
            headers += ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable"]
            text = headers.joined(separator: "\r\n") + "\r\n\r\n" + plain
            return
        }
        // `=_` cannot come up in quoted-printable text.
        let boundary = "=_" + SHA256.hex(SHA256.digest(id).prefix(12))
        headers.append("Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"")
        let parts = [("plain", plain), ("html", QuotedPrintable.encode(Self.html(view) + "\n"))].map {
            "--\(boundary)\r\nContent-Type: text/\($0.0); charset=utf-8\r\n"
                + "Content-Transfer-Encoding: quoted-printable\r\n\r\n\($0.1)\r\n"
        }
        text = headers.joined(separator: "\r\n") + "\r\n\r\n" + parts.joined() + "--\(boundary)--\r\n"
    }

    private static func subject(_ message: AlertMessage, _ view: MessageView) -> String {
        "[\(view.label)] "
            + (message.isDigest ? view.summary : "\(message.notice.alert.cause.rawValue): \(view.summary)")
    }

    private static func plain(_ view: MessageView) -> String {
        let lists = view.list.isEmpty ? [] : [ChannelText.list(view.list, more: view.more)]
        let details = view.details.isEmpty ? [] : [view.details]
        let ends = [view.facts, view.actions].filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
        return ([view.title] + details + lists + ends).joined(separator: "\n\n")
    }

    private static func html(_ view: MessageView) -> String {
        var lines = ["<!DOCTYPE html>", "<html><body>", "<h3>\(escaped(view.title))</h3>"]
        if !view.details.isEmpty {
            lines.append("<p>" + escaped(view.details).split(separator: "\n").joined(separator: "<br>\n") + "</p>")
        }
        let list = view.list + (view.more > 0 ? ["and \(view.more) more"] : [])
        if !list.isEmpty {
            lines += ["<ul>"] + list.map { "<li>\(escaped($0))</li>" } + ["</ul>"]
        }
        lines.append("<p>" + view.facts.map(escaped).joined(separator: "<br>\n") + "</p>")
        let link = escaped(view.runbook)
        let isLink = ["https://", "http://"].contains { view.runbook.hasPrefix($0) }
        let actions = view.actions.map { line in
            isLink && line == "Runbook: \(view.runbook)" ? "Runbook: <a href=\"\(link)\">\(link)</a>" : escaped(line)
        }
        lines += ["<p>" + actions.joined(separator: "<br>\n") + "</p>", "</body></html>"]
        return lines.joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
