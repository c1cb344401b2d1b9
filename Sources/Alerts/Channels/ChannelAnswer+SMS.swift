extension AnswerReading {
    /// Twilio: the HTTP class first, its error code second, since codes change.
    var sms: ChannelAnswer {
        if let failure = failure(lost: .ambiguous) { return ChannelAnswer(failure) }
        switch status {
        case 201:
            let sid = ChannelJSON.read(TwilioMessage.self, result.body)?.sid
            return ChannelAnswer(.ok, providerID: sid.flatMap { ChannelAddress.isSID($0, "SM", "MM") ? $0 : nil })
        case 429:
            return ChannelAnswer(code == 63038 ? .permanent(.channel) : retry)
        case 300..<400: return ChannelAnswer(.permanent(.config))
        case 401: return ChannelAnswer(.permanent(.channel))
        case 400..<500: return ChannelAnswer(refusal)
        // Another 2xx is not declared, and after a 5xx it may be on its way.
        default: return ChannelAnswer(.ambiguous)
        }
    }

    private var refusal: ResponseClass {
        if let code, let known = TwilioCode.outcome(code, isShort: shrink != .shrink) {
            if case .retry(let slow) = known { return .retry(after: retryAfter ?? slow) }
            return known
        }
        return switch status {
        case 403, 404: .permanent(.channel)
        case 408: .ambiguous
        default: .permanent(.config)
        }
    }

    private var code: Int? {
        struct Refusal: Decodable {
            var code: Int?
        }
        return ChannelJSON.read(Refusal.self, result.body)?.code
    }
}
