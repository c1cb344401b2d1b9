public import MarketData

/// The truth about a market: its sessions, those without a campaign too, and every campaign.
public struct JudgeLabels: Hashable, Sendable {
    /// Exchange dates, ascending, each once.
    public let sessions: [CivilDate]
    /// By session and number; all of them in `sessions`.
    public let campaigns: [JudgedCampaign]
    /// The hash of the market's parameters, the same for all sessions; nil when there is no session.
    public let parameters: String?
    /// Lines of a type this version does not know.
    public let unknownLines: Int

    /// Campaigns of sessions that are not named are left out.
    public init(sessions: [CivilDate], campaigns: [JudgedCampaign], parameters: String?, unknownLines: Int = 0) {
        let known = Set(sessions)
        self.sessions = known.sorted()
        self.campaigns = campaigns.filter { known.contains($0.session) }
            .sorted { ($0.session, $0.number) < ($1.session, $1.number) }
        self.parameters = parameters
        self.unknownLines = unknownLines
    }

    /// Campaigns by their session's index in `sessions`.
    var campaignsBySession: [[JudgedCampaign]] {
        let grouped = Dictionary(grouping: campaigns, by: \.session)
        return sessions.map { grouped[$0] ?? [] }
    }
}

/// Why bytes are no labels. Lines count from 1.
public struct LabelError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Problem: Error, Hashable, Sendable {
        case notAnObject(String)
        case missing(String)
        case bad(String, expected: String)
        /// A session or a campaign's number for the second time.
        case repeated(String)
        /// A campaign before the line of its session.
        case unknownSession(String)
        /// The session's line announced another number of campaigns: the file was cut or mixed.
        case campaignCount(session: String, announced: Int64, found: Int64)
        /// Sessions of different markets cannot be judged as one.
        case mixedParameters(String, String)
    }

    /// The line at fault; for a wrong number of campaigns the line of the session.
    public let line: Int
    public let problem: Problem

    public var description: String { "line \(line): \(text)" }

    private var text: String {
        switch problem {
        case .notAnObject(let reason): return "no JSON object with a text \"type\": \(reason)"
        case .missing(let field): return "\"\(field)\" is missing"
        case .bad(let field, let expected): return "\"\(field)\" must be \(expected)"
        case .repeated(let what): return "\(what) for the second time"
        case .unknownSession(let session): return "a campaign of \(session) before that session's own line"
        case .campaignCount(let session, let announced, let found):
            return "session \(session) announces \(announced) campaigns, the file has \(found)"
        case .mixedParameters(let first, let other):
            return "parameters \(other), but earlier sessions were made with \(first)"
        }
    }
}
