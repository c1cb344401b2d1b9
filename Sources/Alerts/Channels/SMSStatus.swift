/// What Twilio says of a message that it took.
public struct SMSStatus: Hashable, Sendable {
    /// `queued`, `sent`, `delivered`, ...
    public let name: String
    /// A status of a lower rank than one seen before is late news.
    public let rank: Int
    /// Nothing follows. `sent` may be the last there is: some carriers never confirm.
    public let isFinal: Bool
    public let outcome: ResponseClass

    /// Nil when `body` is not a message of Twilio's.
    public init?(_ body: [UInt8]) {
        guard let reply = ChannelJSON.read(TwilioMessage.self, body) else { return nil }
        self.init(reply)
    }

    init?(_ message: TwilioMessage) {
        guard let status = message.status else { return nil }
        name = ChannelText.line(status, 40)
        switch status {
        case "accepted", "scheduled": (rank, isFinal, outcome) = (0, false, .ok)
        case "queued": (rank, isFinal, outcome) = (1, false, .ok)
        case "sending": (rank, isFinal, outcome) = (2, false, .ok)
        case "sent": (rank, isFinal, outcome) = (3, false, .ok)
        case "partially_delivered": (rank, isFinal, outcome) = (4, false, .ok)
        case "delivered": (rank, isFinal, outcome) = (5, true, .ok)
        case "read": (rank, isFinal, outcome) = (6, true, .ok)
        // Certainly not there; the code says whether trying again makes sense.
        case "failed", "undelivered":
            let known = message.errorCode.flatMap { TwilioCode.outcome($0, isShort: false) }
            (rank, isFinal, outcome) = (5, true, known ?? .retry(after: nil))
        case "canceled": (rank, isFinal, outcome) = (5, true, .permanent(.content))
        default: (rank, isFinal, outcome) = (0, false, .ok)
        }
    }
}

/// Whether a message that may have been sent was.
public enum SMSFinding: Hashable, Sendable {
    case found(sid: String, SMSStatus)
    /// The whole list is there, and it is not in it.
    case absent
    /// The list is cut off, has more pages, or is none: nobody knows.
    case unknown

    /// Looks for message `id`, with which its text begins, in the answer to a `lookup`.
    public init(_ id: String, in body: [UInt8]) {
        guard let list = ChannelJSON.read(TwilioList.self, body) else {
            self = .unknown
            return
        }
        let token = GSM7.clip(GSM7.plain(id), 60)
        for message in list.messages where Self.holds(message.body ?? "", token) {
            guard let sid = message.sid, ChannelAddress.isSID(sid, "SM", "MM"), let status = SMSStatus(message) else {
                continue
            }
            self = .found(sid: sid, status)
            return
        }
        self = list.nextPage == nil ? .absent : .unknown
    }

    /// As a word: `A-1.1` is not in `A-1.12`. A provider may write something before it.
    private static func holds(_ text: String, _ token: String) -> Bool {
        text.split(separator: " ").contains { $0 == token }
    }
}

struct TwilioMessage: Decodable {
    var sid: String?
    var status: String?
    var body: String?
    var errorCode: Int?

    enum CodingKeys: String, CodingKey {
        case sid, status, body
        case errorCode = "error_code"
    }
}

private struct TwilioList: Decodable {
    var messages: [TwilioMessage]
    var nextPage: String?

    enum CodingKeys: String, CodingKey {
        case messages
        case nextPage = "next_page_uri"
    }
}

/// Twilio's error codes, which say more than the HTTP status where there is one for it.
enum TwilioCode {
    /// Seconds after which a full queue or a phone that is off may be tried again; others come first.
    private static let slow = 45.0

    /// Nil for a code that says no more than its HTTP status.
    static func outcome(_ code: Int, isShort: Bool) -> ResponseClass? {
        switch code {
        case 20429: .retry(after: nil)
        case 20500, 30008: .ambiguous
        case 21611, 30001, 30003: .retry(after: slow)
        case 20003, 20404, 30002, 63038: .permanent(.channel)
        case 21211, 21610, 21614, 21635, 30005, 30006: .permanent(.recipient)
        case 21408, 21601, 21606, 21608, 30034: .permanent(.config)
        case 21617: isShort ? .permanent(.content) : .shrink
        case 21602, 30004, 30007: .permanent(.content)
        default: nil
        }
    }
}
