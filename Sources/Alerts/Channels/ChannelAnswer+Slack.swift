extension AnswerReading {
    /// An incoming webhook: a bare word tells why not; any 2xx is a success, because workflows answer in their own way.
    var slackWebhook: ChannelAnswer {
        if let failure = failure(lost: .ambiguous) { return ChannelAnswer(failure) }
        if (200..<300).contains(status) { return ChannelAnswer(.ok) }
        return ChannelAnswer(slackRefusal(word))
    }

    /// `chat.postMessage`: 200 says nothing, `ok` does.
    var slack: ChannelAnswer {
        if let failure = failure(lost: .ambiguous) { return ChannelAnswer(failure) }
        let reply = ChannelJSON.read(SlackReply.self, result.body)
        guard (200..<300).contains(status) else { return ChannelAnswer(slackRefusal(reply?.error ?? "")) }
        // What cannot be read may have been a success.
        guard let ok = reply?.ok else { return ChannelAnswer(.ambiguous) }
        guard ok else {
            // An error that is not listed is a refusal all the same.
            return ChannelAnswer(slackOutcome(reply?.error ?? "") ?? .permanent(.channel))
        }
        guard let ts = reply?.ts, let channel = reply?.channel, Self.isTS(ts), ChannelAddress.isSlackChannel(channel)
        else { return ChannelAnswer(.ok) }
        return ChannelAnswer(.ok, providerID: ts, thread: SlackThread(channel: channel, ts: ts))
    }

    private func slackRefusal(_ error: String) -> ResponseClass {
        switch status {
        case 429: slackOutcome(error).flatMap { $0 == .permanent(.channel) ? $0 : nil } ?? retry
        case 500...: .ambiguous
        case 300..<400: .permanent(.config)
        default:
            switch (slackOutcome(error), status) {
            case (let known?, _): known
            case (nil, 400), (nil, 413): shrink
            case (nil, 408): .ambiguous
            case (nil, 401), (nil, 403), (nil, 404), (nil, 410): .permanent(.channel)
            default: .permanent(.config)
            }
        }
    }

    /// Nil for a word that is not known.
    private func slackOutcome(_ error: String) -> ResponseClass? {
        if error.hasPrefix("restricted_action") { return .permanent(.channel) }
        return switch error {
        case "ratelimited", "rate_limited": retry
        case "rollup_error", "internal_error", "fatal_error", "service_unavailable", "request_timeout": .ambiguous
        case "invalid_payload", "no_text", "invalid_blocks", "invalid_blocks_format", "msg_too_long",
            "msg_blocks_too_long", "too_many_attachments", "invalid_attachments":
            shrink
        // Their cause may be the thread, and the short form is in none.
        case "cannot_reply_to_message", "invalid_thread_ts", "thread_not_found": shrink
        case "message_limit_exceeded", "action_prohibited", "invalid_token", "posting_to_general_channel_denied",
            "channel_not_found", "no_service", "no_active_hooks", "no_team", "channel_is_archived", "user_not_found",
            "team_disabled", "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired",
            "missing_scope", "no_permission", "not_allowed_token_type", "ekm_access_denied", "not_in_channel",
            "is_archived", "team_access_not_granted":
            .permanent(.channel)
        default: nil
        }
    }

    /// The body of a webhook's answer: a word, or JSON with `error`.
    private var word: String {
        if let error = ChannelJSON.read(SlackReply.self, result.body)?.error { return error }
        let bytes = result.body.prefix(64).filter { ChannelText.isLetterOrDigit($0) || $0 == 95 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `1700000000.000100`
    private static func isTS(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && text.utf8.count <= 32
            && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(ChannelAddress.isDigit) }
    }
}

private struct SlackReply: Decodable {
    var ok: Bool?
    var error: String?
    var ts: String?
    var channel: String?
}
