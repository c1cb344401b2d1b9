internal import Rollout

extension DecisionKeys {
    static let triggers: [SpecField<TriggerTerms>] = [
        .value(
            "side_per_session", \.sidePerSession, .integer(1...10_000),
            "So many stops or targets on the wrong side, or prices off the book, in a session roll back"),
        .value(
            "price_band", \.priceBand, .decimal(.above(0, to: 1)),
            "So far off the last price of its underlying a signal's may be, as a share of that"),
        .section(
            "burst", \.self, "Too many signals of the candidate at once",
            [
                .value("minute", \.burstMinute, .integer(1...1_000_000), "So many within 60 seconds are a burst"),
                .value("half_hour", \.burstHalfHour, .integer(1...1_000_000), "More within 30 minutes are a burst"),
                .value("session", \.burstSession, .integer(1...1_000_000), "More in a session are a burst"),
            ]),
        .section(
            "opposite", \.self, "Half hours in which both spoke on one underlying and the candidate said the opposite",
            [
                .value("of", \.oppositeWindow, .integer(1...1000), "Of so many last ones"),
                .value("at_least", \.opposite, .integer(1...1000), "So many opposite ones"),
            ]),
        .value(
            "unhealthy_after", \.unhealthySeconds, .seconds(1...86_400),
            "For so long in a session it may not be ready"),
        .value("slow_share", \.slowShare, .decimal(.share), "Proven share of slow signals among its own"),
        .value(
            "latency_drift", \.driftLevel, .decimal(.above(0, to: 1000)),
            "Level of the CUSUM of its time to answer beside the baseline's, standard deviations"),
        .value("error_share", \.errorShare, .decimal(.share), "Errors per engine message"),
        .value(
            "share_alpha", \.shareAlpha, .decimal(.alpha), "Alpha of the test of the realised against the planned share"
        ),
        .value(
            "stale_sessions", \.staleSessions, .integer(1...1000), "Sessions closed of which no evidence came"),
        .section(
            "actions", \.self, "What a trigger does where it is not what it usually does",
            Trigger.allCases.map { trigger in
                .value(
                    trigger.rawValue, \.[of: trigger],
                    .word(TriggerTerms.usual(trigger), among: TriggerTerms.allowed(trigger)), "")
            }),
    ]
}

extension TriggerTerms {
    /// What is usual is not kept as an exception.
    fileprivate subscript(of trigger: Trigger) -> TriggerAction {
        get { action(trigger) }
        set { actions[trigger] = newValue == Self.usual(trigger) ? nil : newValue }
    }
}
