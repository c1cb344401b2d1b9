import Alerts
import Testing

@Suite struct RoutingProblemsTests {
    private func problems(_ change: (inout AlertTerms) -> Void) -> [String] {
        var terms = alertTerms("slack", "mail", routes: [route("all", ["slack", "mail"])])
        change(&terms)
        return terms.problems()
    }

    @Test func usualTermsHaveNone() {
        #expect(problems { _ in }.isEmpty)
        #expect(AlertTerms().problems().isEmpty)
        #expect(
            problems {
                $0.escalation.steps = [
                    .init(afterMinutes: 5, channels: ["mail"]), .init(afterMinutes: 15, channels: ["mail"]),
                ]
                $0.escalation.repeatMinutes = 30
            }.isEmpty)
    }

    @Test func aWaitBeyondTheDeadlineIsRefusedWhereUrgentAlertsPass() {
        #expect(problems { $0.routes[0].waitSeconds = 30 }.isEmpty)
        #expect(problems { $0.routes[0].waitSeconds = 31 }.first?.contains("it waits 31 s") == true)
        #expect(
            problems { $0.routes[0].waitSeconds = -1 } == ["alerts.routes[0] (all): its wait has to be 0 s or more"])
        #expect(problems { $0.routes[0].waitSeconds = .infinity }.count == 1)
        let warnings = problems {
            $0.routes[0].waitSeconds = 600
            $0.routes[0].severities = [.info, .warning]
        }
        #expect(warnings.isEmpty)
        let chain = problems {
            $0.channels = ["slack", "mail", "sms"]
            $0.routes = [route("c", ["slack", "mail", "sms"]) { $0.mode = .chain }]
            $0.routes[0].waitSeconds = 16
        }
        #expect(chain.first?.contains("it waits 32 s") == true)
    }

    @Test func unknownChannelsAreNamed() {
        #expect(
            problems { $0.routes[0].channels = ["slack", "pager"] } == [
                "alerts.routes[0] (all): there is no channel pager"
            ])
        #expect(problems { $0.routes[0].fallback = ["sms"] } == ["alerts.routes[0] (all): there is no channel sms"])
        #expect(problems { $0.limits["sms"] = ChannelLimits() } == ["alerts.limits: there is no channel sms"])
        #expect(problems { $0.recipients["sms"] = ["anna"] } == ["alerts.recipients: there is no channel sms"])
        #expect(problems { $0.channels = ["slack", "slack", "mail"] } == ["alerts.channels: a name is used twice"])
    }

    @Test func somebodyHasToBeTold() {
        let none = problems { $0.routes = [route("none", [])] }
        #expect(none.contains("alerts.routes[0] (none): it has no channel"))
        #expect(none.contains("alerts.routes: no route has any channel, so that nobody would be told"))
        let never = problems {
            $0.routes[0].atLeast = .critical
            $0.routes[0].severities = [.info]
        }
        #expect(never == ["alerts.routes[0] (all): no severity is both in its list and high enough"])
    }

    @Test func everyEscalationStepHasToBeReachable() {
        func steps(_ steps: [(Double, [String])], repeats: Double? = nil) -> [String] {
            problems {
                $0.escalation.steps = steps.map { .init(afterMinutes: $0.0, channels: $0.1) }
                $0.escalation.repeatMinutes = repeats
            }
        }
        #expect(
            steps([(5, ["mail"]), (5, ["mail"])]) == [
                "alerts.escalation: step 2 is never reached: it has to come after 5 min"
            ])
        #expect(steps([(0, ["mail"])]) == ["alerts.escalation: step 1 is never reached: it has to come after 0 min"])
        #expect(
            steps([(1440, ["mail"])]) == [
                "alerts.escalation: step 1 is never reached: nobody tries for longer than a day"
            ])
        #expect(steps([(5, [])]) == ["alerts.escalation: step 1 has no channel to tell"])
        #expect(steps([(5, ["pager"])]).contains("alerts.escalation: step 1: there is no channel pager"))
        #expect(steps([], repeats: 5) == ["alerts.escalation: it has no step to repeat"])
        #expect(steps([(5, ["mail"])], repeats: 0.5) == ["alerts.escalation: it may repeat at most once a minute"])
    }

    @Test func digestsSilencesAndLimitsHaveRanges() {
        #expect(problems { $0.digest.minutes = 1440 }.isEmpty)
        #expect(
            problems { $0.digest.minutes = 1441 } == [
                "alerts.digest: it has to come after more than 0 and at most 1440 min, a day"
            ])
        #expect(problems { $0.digest.minutes = .nan }.count == 1)
        #expect(problems { $0.digest.times = [0, 1439] }.isEmpty)
        #expect(problems { $0.digest.times = [1440] } == ["alerts.digest: a time has to be from 00:00 to 23:59"])
        #expect(problems { $0.silenceMaxHours = 0 }.count == 1)
        #expect(
            problems {
                $0.limits["slack"] = {
                    var l = ChannelLimits()
                    l.perSecond = 0
                    return l
                }()
            }.count == 1)
        #expect(
            problems {
                $0.limits["slack"] = {
                    var l = ChannelLimits()
                    l.inFlight = 0
                    return l
                }()
            }.count == 1)
    }
}
