/// A message in Slack's Block Kit, or in plain text after Slack refused that.
///
/// At most 2,800 UTF-16 units over all its texts, in 5 blocks; Slack's own limits are higher, and one of them is not
/// documented (near 13,200 characters a message).
struct SlackMessage {
    static let limit = 2800
    /// Of the parts; their sum is below `limit`.
    private static let headerLimit = 150
    private static let textLimit = 300
    private static let detailsLimit = 900
    private static let listLimit = 850
    private static let footerLimit = 550

    private let text: String
    /// None in the short form.
    private let blocks: [ChannelJSON]
    private let isShort: Bool

    init(_ message: AlertMessage, _ context: SendContext) {
        let view = MessageView(message)
        isShort = context.isShort
        guard !context.isShort else {
            // What identifies it comes right after the title, before anything can be cut off.
            let head = Self.escaped(view.title, 700)
            let foot = Self.escaped(view.actions.joined(separator: "\n"), Self.footerLimit)
            let rest = Self.limit - head.utf16.count - foot.utf16.count - 2
            let lines = view.list.map { Self.escaped($0, 400) }
            text = "\(head)\n\(foot)\n\(ChannelText.list(lines, more: view.more, rest))"
            blocks = []
            return
        }
        let id = "(\(ChannelText.line(message.isDigest ? message.id : message.notice.alert.id, 40)))"
        let escapedID = Self.escaped(id, 100)
        text = "\(Self.escaped(view.title, Self.textLimit - escapedID.utf16.count - 1)) \(escapedID)"
        let details = view.entries.isEmpty ? view.details.isEmpty ? view.summary : view.details : ""
        let list = view.list.map { Self.escaped("• \($0)", 300) }
        var blocks: [ChannelJSON] = [
            [
                "type": "header",
                "text": [
                    "type": "plain_text", "emoji": .flag(false),
                    "text": .text(Self.escaped(view.title, Self.headerLimit)),
                ],
            ]
        ]
        if !details.isEmpty { blocks.append(Self.section(Self.escaped(details, Self.detailsLimit))) }
        if !list.isEmpty { blocks.append(Self.section(ChannelText.list(list, more: view.more, Self.listLimit))) }
        blocks.append(["type": "context", "elements": .list([Self.mrkdwn(Self.footer(view))])])
        self.blocks = blocks
    }

    /// For an incoming webhook, whose channel is fixed.
    func webhook(url: String) -> HTTPExchange {
        HTTPExchange(
            "POST", url, headers: [("Content-Type", "application/json")], body: ChannelJSON.object(content).bytes)
    }

    /// For `chat.postMessage`.
    ///
    /// What follows on an alert goes into its thread and is shown in the channel as well, where it is seen. The short
    /// form stays outside: the thread may be what was refused.
    func post(_ terms: SlackTerms, token: String, thread: SlackThread?) -> HTTPExchange {
        var body = content
        body["channel"] = .text(terms.channel)
        body["unfurl_links"] = .flag(false)
        body["unfurl_media"] = .flag(false)
        if let thread, !isShort {
            body["channel"] = .text(thread.channel)
            body["thread_ts"] = .text(thread.ts)
            body["reply_broadcast"] = .flag(true)
        }
        return HTTPExchange(
            "POST", ChannelTerms.url(terms.url, "/chat.postMessage"),
            headers: [("Content-Type", "application/json; charset=utf-8"), ("Authorization", "Bearer \(token)")],
            body: ChannelJSON.object(body).bytes)
    }

    private var content: [String: ChannelJSON] {
        blocks.isEmpty ? ["text": .text(text)] : ["text": .text(text), "blocks": .list(blocks)]
    }

    private static func section(_ text: String) -> ChannelJSON { ["type": "section", "text": mrkdwn(text)] }

    /// Nothing in it becomes a link or a mention by itself.
    private static func mrkdwn(_ text: String) -> ChannelJSON {
        ["type": "mrkdwn", "verbatim": .flag(true), "text": .text(text)]
    }

    /// The lines that have room, with the runbook as a link when it is one.
    private static func footer(_ view: MessageView) -> String {
        var text = ""
        for line in view.actions + view.facts {
            var line = escaped(line, 450)
            let link = escaped(view.runbook, 400)
            let isLink = ["https://", "http://"].contains { view.runbook.hasPrefix($0) }
            if isLink, line == "Runbook: \(link)", !link.contains(where: { "| …".contains($0) }) {
                line = "Runbook: <\(link)>"
            }
            guard text.utf16.count + line.utf16.count + 1 <= footerLimit else { continue }
            text += (text.isEmpty ? "" : "\n") + line
        }
        return text
    }

    /// Escapes `&`, `<` and `>`, nothing else; what counts against `limit` is the result.
    private static func escaped(_ text: String, _ limit: Int) -> String {
        ChannelText.clip(text, limit) { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            default: nil
            }
        }
    }
}
