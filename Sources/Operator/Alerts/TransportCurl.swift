package import Alerts
internal import CCurl
internal import Glibc

/// Carries messages over HTTP and SMTP by libcurl, and to programs of this machine.
///
/// Blocks its caller until there is an answer or a time-out. May be used by several threads at once; they share nothing. Each message
/// has a connection of its own, so that no stale one makes an outcome ambiguous and curl never sends twice by itself. Certificates and host
/// names are always checked, redirects are not followed, proxies of the environment are not used.
package struct CurlTransport: AlertTransport {
    /// How long each part may take (alerts: 3 s to connect, 8 s in all, 10 s for mail).
    package struct Limits: Hashable, Sendable {
        /// Until the connection stands: name, TCP and TLS.
        package var connect: Duration
        /// A whole HTTP exchange.
        package var http: Duration
        /// A whole mail transaction.
        package var mail: Duration

        package init(connect: Duration = .seconds(3), http: Duration = .seconds(8), mail: Duration = .seconds(10)) {
            self.connect = connect
            self.http = http
            self.mail = mail
        }
    }

    /// What is kept of an answer.
    package static let keptBodyBytes = 4096

    let limits: Limits
    let authorities: String?
    private let programs: ProgramRunner
    private let now: @Sendable () -> UInt64

    /// - Parameters:
    ///   - authorities: a file of certificates (PEM) to trust instead of the system's; callers pass the environment's
    ///     `SSL_CERT_FILE`, as OpenSSL's own programs take it.
    ///   - now: the wall clock, ns since 1970.
    package init(
        authorities: String? = nil, limits: Limits = Limits(), programs: ProgramRunner,
        now: @escaping @Sendable () -> UInt64
    ) {
        self.authorities = authorities
        self.limits = limits
        self.programs = programs
        self.now = now
    }

    package func carry(_ request: WireRequest) -> WireResult {
        var result = WireResult(startedAt: now(), endedAt: 0)
        switch request {
        case .program(let call):
            programs.run(call, into: &result)
            result.endedAt = now()
        case .http(let exchange):
            transfer(&result) { transfer throws(Refusal) in try prepare(transfer, exchange) }
        case .mail(let transaction):
            transfer(&result) { transfer throws(Refusal) in try prepare(transfer, transaction) }
        }
        return result
    }

    private func transfer(_ result: inout WireResult, prepare: (CurlTransfer) throws(Refusal) -> Void) {
        do throws(Refusal) {
            let transfer = try CurlTransfer()
            defer { transfer.close() }
            try prepare(transfer)
            transfer.perform(into: &result)
            // Before the farewell to the server, which is not part of the answer.
            result.endedAt = now()
        } catch {
            result.failure = .notSent
            result.detail = error.reason
            result.endedAt = now()
        }
    }

    /// Why a request is not even tried; without anything of the request in it.
    struct Refusal: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    private func prepare(_ transfer: CurlTransfer, _ exchange: HTTPExchange) throws(Refusal) {
        guard ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(exchange.method) else {
            throw Refusal("not sent: the method is none of GET, POST, PUT, PATCH, DELETE")
        }
        let address = try WebAddress(exchange.url)
        guard address.scheme == "https" || (address.scheme == "http" && address.isLoopback) else {
            throw Refusal("not sent: http is allowed to this machine only, use https")
        }
        for (name, value) in exchange.headers {
            guard HeaderText.isName(name), HeaderText.isValue(value) else {
                throw Refusal("not sent: a header holds a character that no header may")
            }
        }
        transfer.isMail = false
        transfer.isSecureFromStart = address.scheme == "https"
        transfer.answerLimit = exchange.answerLimit
        transfer.isPublicOnly = exchange.isPublicOnly && !address.isLoopback
        transfer.setAddress(address)
        prepareCommon(transfer, total: limits.http, protocols: "http,https")
        transfer.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        transfer.set(CURLOPT_FOLLOWLOCATION, 0)
        if !exchange.body.isEmpty || ["POST", "PUT", "PATCH"].contains(exchange.method) {
            transfer.setBody(exchange.body)
        }
        transfer.set(CURLOPT_CUSTOMREQUEST, exchange.method)
        transfer.set(CURLOPT_HTTPHEADER, list: Self.headerLines(of: exchange))
        if exchange.user != nil || exchange.password != nil {
            transfer.set(CURLOPT_HTTPAUTH, tandem_curl_auth_basic)
            try setCredentials(transfer, exchange.user, exchange.password)
        }
    }

    /// Headers as curl takes them: what it would add by itself and we do not want is switched off.
    private static func headerLines(of exchange: HTTPExchange) -> [String] {
        var lines = exchange.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        let names = Set(exchange.headers.map { $0.name.lowercased() })
        if !names.contains("user-agent") { lines.append("User-Agent: tandem") }
        // Neither a wait for "100 Continue" nor a type that nobody gave.
        for name in ["Expect", "Content-Type"] where !names.contains(name.lowercased()) { lines.append("\(name):") }
        return lines
    }

    private func prepare(_ transfer: CurlTransfer, _ mail: MailTransaction) throws(Refusal) {
        for address in [mail.sender, mail.recipient] where !HeaderText.isMailAddress(address) {
            throw Refusal("not sent: a mail address holds a character that none may")
        }
        let address = try WebAddress(
            scheme: mail.security == .tls ? "smtps" : "smtp", host: mail.host, port: mail.port, path: mail.localName)
        guard mail.security != .none || address.isLoopback else {
            throw Refusal("not sent: mail without TLS is allowed to this machine only")
        }
        transfer.isMail = true
        transfer.isSecureFromStart = mail.security == .tls
        transfer.setAddress(address)
        prepareCommon(transfer, total: limits.mail, protocols: "smtp,smtps")
        let security = mail.security == .none ? CURLUSESSL_NONE : CURLUSESSL_ALL
        transfer.set(CURLOPT_USE_SSL, Int(security.rawValue))
        transfer.set(CURLOPT_MAIL_FROM, mail.sender)
        transfer.set(CURLOPT_MAIL_RCPT, list: [mail.recipient])
        if mail.user != nil || mail.password != nil { try setCredentials(transfer, mail.user, mail.password) }
        transfer.setUpload(mail.message)
    }

    private func prepareCommon(_ transfer: CurlTransfer, total: Duration, protocols: String) {
        transfer.total = total
        transfer.set(CURLOPT_PROTOCOLS_STR, protocols)
        transfer.set(CURLOPT_NOSIGNAL, 1)
        transfer.set(CURLOPT_CONNECTTIMEOUT_MS, limits.connect.wholeMilliseconds)
        transfer.set(CURLOPT_TIMEOUT_MS, total.wholeMilliseconds)
        // Bounds the farewell after a refused command of SMTP, for which the time-outs above no longer count. Whole seconds.
        transfer.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, (total.wholeMilliseconds + 999) / 1000)
        // A name server that hangs does not hold up the caller beyond the time-out.
        transfer.set(CURLOPT_QUICK_EXIT, 1)
        transfer.set(CURLOPT_PROXY, "")
        transfer.set(CURLOPT_SSL_VERIFYPEER, 1)
        transfer.set(CURLOPT_SSL_VERIFYHOST, 2)
        transfer.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let authorities {
            transfer.set(CURLOPT_CAINFO, authorities)
            // Else the system's folder of authorities would be trusted as well.
            transfer.set(CURLOPT_CAPATH, nil)
        }
    }

    private func setCredentials(_ transfer: CurlTransfer, _ user: String?, _ password: String?) throws(Refusal) {
        let texts = [user ?? "", password ?? ""]
        guard texts.allSatisfy({ !$0.utf8.contains(0) }) else {
            throw Refusal("not sent: user or password holds a zero byte")
        }
        transfer.set(CURLOPT_USERNAME, texts[0])
        transfer.set(CURLOPT_PASSWORD, texts[1])
    }
}

/// What may stand where, so that no text can add a line of its own.
private enum HeaderText {
    /// RFC 9110, section 5.6.2: a token.
    static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte & 0xdf)
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }

    static func isValue(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }

    static func isMailAddress(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && !"<>".utf8.contains($0) }
    }
}

extension Duration {
    var wholeMilliseconds: Int { Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000) }
}
