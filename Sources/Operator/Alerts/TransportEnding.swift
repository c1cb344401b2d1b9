internal import Alerts
internal import CCurl

/// How a transfer ended that curl did not complete: what that means for the message, and words without secrets.
struct CurlEnding {
    /// How far it got.
    enum Phase: String {
        case name = "looking up the name"
        /// TLS included.
        case connecting = "connecting"
        /// Connected, nothing of the message sent.
        case greeting = "talking before the message"
        case sent = "waiting for the answer"
        case answering = "reading the answer"
    }

    var code: CURLcode
    /// Of HTTP or SMTP; SMTP's may be of an earlier command.
    var status: Int?
    var isMail: Bool
    /// Whether the server may have got a byte of the message.
    var hasLeft: Bool
    var phase: Phase
    /// The time-out.
    var total: Duration
    /// errno of a failed connection, 0 for none.
    var systemError: Int32
    /// OpenSSL's verdict on the certificate, 0 for none.
    var verification: Int

    /// For mail both curl's code and the reply count, as measured with libcurl 7.88 against aiosmtpd and OpenSMTPD.
    var failure: WireResult.Failure {
        switch code {
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE: return .certificate
        case CURLE_USE_SSL_FAILED: return .noEncryption
        case CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR: return .login
        default: break
        }
        guard hasLeft else {
            // A command before the message, or the greeting, got a refusal; else the message never had a chance.
            return isMail && isRefusal && status ?? 0 >= 400 ? .refused : .notSent
        }
        switch code {
        // The answer was none: no HTTP at all (1), a broken head (8, 43, 61), or SMTP's refusal after the final dot (8).
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_FUNCTION_ARGUMENT,
            CURLE_BAD_CONTENT_ENCODING:
            return .rejected
        default: return .lost
        }
    }

    /// Codes by which curl gives up a mail because of a reply (MAIL, RCPT, DATA; greeting; EHLO).
    private var isRefusal: Bool {
        code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_REMOTE_ACCESS_DENIED
    }

    var text: String { "\(reason) (curl \(code.rawValue))" }

    private var reason: String {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: return "the host's name is not known"
        case CURLE_COULDNT_CONNECT:
            return systemError == 0 ? "no connection" : "no connection: \(SystemError.text(of: systemError))"
        case CURLE_OPERATION_TIMEDOUT: return "no end within \(total), while \(phase.rawValue)"
        case CURLE_SSL_CONNECT_ERROR: return "TLS cannot be agreed on"
        case CURLE_SSL_CACERT_BADFILE: return "the file of trusted certificates cannot be used"
        case CURLE_PEER_FAILED_VERIFICATION: return "the server's certificate \(verdict)"
        case CURLE_USE_SSL_FAILED: return "the server does not offer TLS"
        case CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR: return "user or password were refused" + reply
        default: break
        }
        switch failure {
        case .refused: return "refused before the message" + reply
        case .rejected: return isMail ? "refused after the message" + reply : "the answer is none of HTTP"
        default: return "the connection broke while \(phase.rawValue)"
        }
    }

    private var reply: String { status.map { ": reply \($0)" } ?? "" }

    /// Numbers of OpenSSL's x509_vfy.h; 1 is what curl starts with, and has when the chain holds but not the name.
    private var verdict: String {
        switch verification {
        case 0, 1: "is for another host"
        case 10: "has expired"
        case 18, 19, 20, 21: "is not signed by a trusted authority"
        case let number: "does not hold (OpenSSL \(number))"
        }
    }
}
