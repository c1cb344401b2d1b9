extension AlertTerms {
    /// What is wrong with the section, one sentence each; empty when a run may start with it.
    public func problems() -> [String] {
        var problems: [String] = []
        if Set(channels).count != channels.count { problems.append("alerts.channels: a name is used twice") }
        for (index, route) in routes.enumerated() {
            let place = "alerts.routes[\(index)] (\(route.name))"
            problems += routeProblems(route).map { "\(place): \($0)" }
        }
        if !routes.isEmpty, !routes.contains(where: { !channels.filter($0.channels.contains).isEmpty }) {
            problems.append("alerts.routes: no route has any channel, so that nobody would be told")
        }
        problems += escalationProblems().map { "alerts.escalation: \($0)" }
        problems += digestProblems().map { "alerts.digest: \($0)" }
        if !(silenceMaxHours > 0 && silenceMaxHours <= 168) {
            problems.append("alerts.silences: the longest may last more than 0 and at most 168 h")
        }
        problems += unknown(limits.keys.sorted()).map { "alerts.limits: \($0)" }
        problems += unknown(recipients.keys.sorted()).map { "alerts.recipients: \($0)" }
        for (channel, limits) in limits.sorted(by: { $0.key < $1.key }) where !limits.isUsable {
            problems.append(
                "alerts.limits.\(channel): rate above 0, burst and attempts at a time at least 1 are needed")
        }
        return problems
    }

    private func unknown(_ names: [String]) -> [String] {
        names.filter { !channels.contains($0) }.map { "there is no channel \($0)" }
    }

    private func routeProblems(_ route: AlertRoute) -> [String] {
        var problems = unknown(route.channels + route.fallback)
        if route.channels.isEmpty { problems.append("it has no channel") }
        let severities = AlertSeverity.allCases.filter(route.allows)
        if severities.isEmpty { problems.append("no severity is both in its list and high enough") }
        guard route.waitSeconds >= 0, route.waitSeconds.isFinite else {
            return problems + ["its wait has to be 0 s or more"]
        }
        guard severities.contains(where: \.isUrgent) else { return problems }
        let links = route.mode == .chain ? max(1, route.channels.count - 1) : 1
        let waits = route.waitSeconds * Double(links)
        if waits > Self.deadlineSeconds {
            problems.append(
                "it waits \(short(waits)) s, and an urgent alert has to be told in \(short(Self.deadlineSeconds)) s; "
                    + "shorten the wait or keep the route to info and warning")
        }
        return problems
    }

    private func escalationProblems() -> [String] {
        var problems: [String] = []
        var before = 0.0
        for (index, step) in escalation.steps.enumerated() {
            let place = "step \(index + 1)"
            problems += unknown(step.channels).map { "\(place): \($0)" }
            if channels.filter(step.channels.contains).isEmpty { problems.append("\(place) has no channel to tell") }
            if !(step.afterMinutes > before) {
                problems.append("\(place) is never reached: it has to come after \(short(before)) min")
            } else if step.afterMinutes >= EscalationTerms.endMinutes {
                problems.append("\(place) is never reached: nobody tries for longer than a day")
            }
            before = max(before, step.afterMinutes)
        }
        if let minutes = escalation.repeatMinutes {
            if !(minutes >= 1) { problems.append("it may repeat at most once a minute") }
            if escalation.steps.isEmpty { problems.append("it has no step to repeat") }
        }
        return problems
    }

    private func digestProblems() -> [String] {
        var problems: [String] = []
        if !(digest.minutes > 0 && digest.minutes <= 1440) {
            problems.append("it has to come after more than 0 and at most 1440 min, a day")
        }
        if !digest.times.allSatisfy((0..<1440).contains) { problems.append("a time has to be from 00:00 to 23:59") }
        return problems
    }
}

extension ChannelLimits {
    fileprivate var isUsable: Bool {
        perSecond > 0 && perSecond.isFinite && burst >= 1 && burst.isFinite && inFlight >= 1 && urgentInFlight >= 1
    }
}
