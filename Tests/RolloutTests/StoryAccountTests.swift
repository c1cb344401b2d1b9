import Foundation
import FoundationXML
import MarketData
import Monitors
import Signals
import Testing

@testable import Rollout

private typealias Fixture = StoryFixture

/// Agreement, ROI gain and accounts in a story.
@Suite struct StoryAccountTests {
    private let generated = at(noon)

    private func input(_ change: (inout RolloutStory.Input) -> Void = { _ in }) -> RolloutStory.Input {
        var input = Fixture.input(Fixture.sessions([3, -1, 4]))
        change(&input)
        return input
    }

    private func text(_ input: RolloutStory.Input) -> String { Fixture.story(input).text(generated: generated) }

    /// The words of the line that begins with these.
    private func cells(_ text: String, after start: String) -> [String] {
        let line = text.split(separator: "\n").first { $0.hasPrefix(start) } ?? ""
        return line.split(separator: " ").map(String.init)
    }

    // MARK: - Agreement

    /// By hand: of 5 sessions that all agree the lower limit is 5 / (5 + t^2), with t(4) = 2.7764 that is .3934.
    @Test func sharesOfAgreementHaveTheirCasesAndInterval() {
        let session = MetricSession(signals: [measuredSignal(.baseline), measuredSignal(.candidate, at: 5)])
        let text = text(input { $0.agreement = metricTally(Array(repeating: session, count: 5)).metrics.agreement })
        #expect(cells(text, after: "same ").suffix(8) == ["5", "5", "100.0", "%", "[39.3", "%,", "100.0", "%]"])
        #expect(cells(text, after: "opposite ").suffix(8) == ["0", "5", "0.0", "%", "[0.0", "%,", "60.7", "%]"])
    }

    /// Three cases of a kind that none of the other kinds has as many of, in each of two sessions.
    @Test func everyKindOfAgreementHasItsOwnCount() throws {
        var signals = [measuredSignal(.baseline, on: 1), measuredSignal(.candidate, on: 1)]
        for on in 2...3 as ClosedRange<UInt32> {
            signals += [measuredSignal(.baseline, on: on), measuredSignal(.candidate, .short, on: on)]
        }
        for on in 4...6 as ClosedRange<UInt32> { signals.append(measuredSignal(.baseline, on: on)) }
        for on in 7...10 as ClosedRange<UInt32> { signals.append(measuredSignal(.candidate, on: on)) }
        let session = MetricSession(signals: signals)
        let input = input { $0.agreement = metricTally([session, session]).metrics.agreement }
        let text = text(input)
        for (kind, count, share) in [
            ("same", "2", "10.0"), ("opposite", "4", "20.0"), ("missed", "6", "30.0"), ("extra", "8", "40.0"),
        ] {
            let row = cells(text, after: kind + " ")
            #expect(row.contains(count) && row.contains("20") && row.contains(share), "\(row)")
        }
        let json = try #require(ExplainFixture.json(Fixture.story(input))["agreement"] as? [String: Any])
        #expect(json["cases"] as? Int == 20)
        let missed = try #require(json["missed"] as? [String: Any])
        #expect(missed["count"] as? Int == 6)
        #expect((missed["share"] as? [String: Any])?["value"] as? Double == 0.3)
        #expect((missed["share"] as? [String: Any])?["n"] as? Int == 20)
        #expect((missed["share"] as? [String: Any])?["low"] is Double)
    }

    // MARK: - ROI gain

    private func gain(_ dollars: [(baseline: Double, candidate: Double)], cost: Double) -> RoiGain {
        metricTally(
            dollars.map { session in
                MetricSession(
                    signals: [
                        measuredSignal(.baseline, dollars: session.baseline),
                        measuredSignal(.candidate, dollars: session.candidate),
                    ],
                    costs: (
                        ArmCost(costMicros: accountMicros(cost), signals: 1),
                        ArmCost(costMicros: accountMicros(cost), signals: 1)
                    ))
            }
        ).metrics.roiGain
    }

    /// By hand: ROI of .4 against .5 is -.2; without one of the sessions .5 and -2/3, so se = sqrt(1/2 (.7^2 + .46667^2)) =
    /// .59489, and t(1) = 12.7062 makes 7.5587 of it.
    @Test func theGainIsShownWithItsIntervalAndAsAdvice() throws {
        let input = input { $0.roiGain = gain([(3, 1), (2, 3)], cost: 5) }
        let sentences = text(input).split(separator: "\n").joined(separator: " ")
        #expect(
            sentences.contains(
                "ROI gain of the candidate (advisory, no gate asks for it): -20.0 % [-775.9 %, 735.9 %] over 2 priced "
                    + "sessions."))
        let json = try #require(ExplainFixture.json(Fixture.story(input))["roi_gain"] as? [String: Any])
        #expect(isNear(json["value"] as? Double, -0.2) && json["n"] as? Int == 2 && json["error"] is NSNull)
        #expect(json["advisory"] as? Bool == true)
    }

    @Test func noBasisIsNotUnknown() throws {
        func sentence(_ gain: RoiGain?) -> String {
            text(input { $0.roiGain = gain }).split(separator: "\n").joined(separator: " ")
        }
        #expect(sentence(gain([(3, 1), (2, 3)], cost: 0)).contains("for it): no basis over 2 priced sessions."))
        #expect(sentence(gain([(3, 1)], cost: 5)).contains("for it): unknown over 1 priced session."))
        #expect(sentence(nil).contains("for it): unknown."))
    }

    // MARK: - Paper accounts

    /// By hand. The candidate's equity in dollars: 100, -150, 50; R: 1, -.5, 2.5. The baseline loses 70 and 1 R.
    private var tally: SuccessTally {
        let lost = measuredSignal(.candidate, r: 9, dollars: 999, isResolved: false)
        let signals = [
            [
                measuredSignal(.candidate, r: 2, dollars: 300), measuredSignal(.candidate, r: -1, dollars: -200),
                measuredSignal(.baseline, r: -1, dollars: -70),
            ],
            [measuredSignal(.candidate, r: -1.5, dollars: -250), lost],
            [measuredSignal(.candidate, r: 3, dollars: 200)],
        ]
        var tally = SuccessTally(baselineVersion: "1", candidateVersion: "3")
        for (session, signals) in zip(Fixture.sessions([3, -1, 4]), signals) { tally.add(session, signals: signals) }
        return tally
    }

    private var paper: RolloutStory.ByArm<PaperAccount> {
        .init(baseline: tally.baselineAccount, candidate: tally.candidateAccount)
    }

    @Test func paperAccountsStandSideBySide() throws {
        let input = input { $0.paper = paper }
        let text = text(input)
        #expect(cells(text, after: "baseline  ") == ["baseline", "1", "0", "-$70.00", "-1.00", "$70.00", "1.00"])
        #expect(cells(text, after: "candidate  ") == ["candidate", "5", "1", "$50.00", "+2.50", "$250.00", "1.50"])
        let json = try #require(ExplainFixture.json(Fixture.story(input))["paper_accounts"] as? [String: Any])
        let candidate = try #require(json["candidate"] as? [String: Any])
        #expect(candidate["profit_micros"] as? Int == 50_000_000)
        #expect(candidate["max_drawdown_r_micros"] as? Int == 1_500_000)
        #expect((candidate["sessions"] as? [Any])?.count == 3)
    }

    @Test func csvHasBothCurves() {
        let lines = Fixture.story(input { $0.paper = paper }).csv.split(separator: "\n")
        #expect(
            lines[0].hasSuffix(
                ",baseline_paper_micros,candidate_paper_micros,baseline_paper_r_micros,candidate_paper_r_micros"))
        #expect(lines[1].hasSuffix(",-70000000,100000000,-1000000,1000000"))
        #expect(lines[2].hasSuffix(",-70000000,-150000000,-1000000,-500000"))
        #expect(lines[3].hasSuffix(",-70000000,50000000,-1000000,2500000"))
        #expect(Fixture.story(input()).csv.split(separator: "\n")[1].hasSuffix(",,,,"))
    }

    // MARK: - Live account

    /// By hand: 10 contracts of $20 a point each way. The long is 3 points up, $600; the first short lost $30 a contract.
    private var live: LiveAccount {
        var account = LiveAccount(terms: RiskTerms(capitalMicros: accountMicros(100_000)))
        account.admit(.candidate, riskOrder(.long, "a"))
        account.priceSeen(Price(nanos: 20_003_000_000_000), of: InstrumentID(1))
        account.admit(.baseline, riskOrder(.short, "b", on: 2))
        account.settle(riskOutcome(riskOrder(.short, "b", on: 2), of: .baseline, profit: -30))
        account.admit(.candidate, riskOrder(.short, "c", on: 3))
        return account
    }

    private func reading(isOlder: Bool = false) -> LiveReading {
        LiveReading(LiveStanding(live), at: at(noon), isOlder: isOlder, refused: ["exposure": 3, "size": 1])
    }

    private func input(_ reading: LiveReading?) -> RolloutStory.Input {
        input {
            $0.terms.risk = RiskTerms(capitalMicros: accountMicros(100_000))
            $0.account = reading
        }
    }

    @Test func theLiveAccountIsShownInWhole() {
        let text = text(input(reading()))
        let sentences = text.split(separator: "\n").joined(separator: " ")
        for part in [
            "$100,300.00", "cash $99,700.00 of a capital of $100,000.00", "-$300.00", "1 of 3 live signals are over",
            "2 signals open", "at most $300.00", "$8,000,600.00",
        ] {
            #expect(text.contains(part) || sentences.contains(part), "\(part)")
        }
        #expect(cells(text, after: "1  ") == ["1", "+10", "1", "20003", "$600.00"])
        #expect(cells(text, after: "3  ") == ["3", "-10", "1", "20000", "$0.00"])
        #expect(cells(text, after: "risk.exposure ") == ["risk.exposure", "3"])
        #expect(cells(text, after: "risk.size ") == ["risk.size", "1"])
        #expect(!text.contains("As of"))
    }

    @Test func anAccountThatIsOlderThanTheFeedSaysSo() {
        let sentences = text(input(reading(isOlder: true))).split(separator: "\n").joined(separator: " ")
        #expect(sentences.contains("As of \(NumberFormat.time(at(noon))): the feed has gone on since."))
    }

    @Test func theLineHasEveryFigure() {
        let line =
            "equity $100,300.00 (cash $99,700.00, unrealised $600.00); realised -$300.00; session $300.00; "
            + "drawdown $300.00, at most $300.00; exposure $8,000,600.00; open +10 of 1, -10 of 3; risk refused 4"
        #expect(reading().line { _ in "then" } == line)
        #expect(reading(isOlder: true).line { _ in "then" } == line + "; as of then")
        let none = LiveStanding(LiveAccount(terms: RiskTerms(capitalMicros: 5_000_000)))
        #expect(
            LiveReading(none, at: at(noon), isOlder: false, refused: [:]).line { _ in "" }
                == "equity $5.00 (cash $5.00, unrealised $0.00); realised $0.00; session $0.00; drawdown $0.00, "
                + "at most $0.00; exposure $0.00; open nothing; risk refused 0")
    }

    @Test func jsonOfTheLiveAccountIsInWholeNumbers() throws {
        let json = try ExplainFixture.json(Fixture.story(input(reading(isOlder: true))))
        let account = try #require(json["live_account"] as? [String: Any])
        let expected: [String: Int] = [
            "capital_micros": 100_000_000_000, "cash_micros": 99_700_000_000, "realised_micros": -300_000_000,
            "unrealised_micros": 600_000_000, "equity_micros": 100_300_000_000, "drawdown_micros": 300_000_000,
            "max_drawdown_micros": 300_000_000, "session_profit_micros": 300_000_000,
            "exposure_micros": 8_000_600_000_000, "admitted": 3, "settled": 1, "unresolvable": 0, "refused": 4,
            "as_of_ns": Int(at(noon).nanos),
        ]
        for (key, value) in expected { #expect(account[key] as? Int == value, "\(key)") }
        #expect(account["refused_by_rule"] as? [String: Int] == ["exposure": 3, "size": 1])
        #expect(account["is_older_than_feed"] as? Bool == true && json["keeps_live_account"] as? Bool == true)
        let position = try #require((account["positions"] as? [[String: Any]])?.last)
        #expect(position["underlying"] as? Int == 3 && position["contracts"] as? Int == -10)
        #expect(position["price_nanos"] as? Int == 20_000_000_000_000 && position["unrealised_micros"] as? Int == 0)
    }

    @Test func aStandingComesBackAsItWasKept() throws {
        let standing = LiveStanding(live)
        #expect(try JSONDecoder().decode(LiveStanding.self, from: JSONEncoder().encode(standing)) == standing)
    }

    // MARK: - Unknown

    @Test func noAccountIsNotAnUnknownOne() throws {
        #expect(text(input(nil)).contains("Live account: unknown."))
        let without = input()
        #expect(text(without).contains("Live account: none is kept, since the spec has no risk checks."))
        let json = try ExplainFixture.json(Fixture.story(without))
        for key in ["live_account", "agreement", "roi_gain", "paper_accounts"] {
            #expect(json[key] is NSNull, "\(key)")
        }
        #expect(json["keeps_live_account"] as? Bool == false)
    }

    @Test func thePageHasAllOfIt() {
        var input = input(reading())
        input.paper = paper
        input.agreement = tally.metrics.agreement
        input.roiGain = tally.metrics.roiGain
        let story = Fixture.story(input)
        let page = HTMLPage.text(story.page(generated: generated))
        #expect(XMLParser(data: Data(page.utf8)).parse())
        for part in [
            "Agreement of the arms", "Paper accounts", "Live account", "$100,300.00", "risk.exposure", "advisory",
            "<figcaption>Paper account of both arms</figcaption>",
        ] {
            #expect(page.contains(part), "\(part)")
        }
        let text = story.text(generated: generated)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 } && !text.contains("no room for"))
    }
}
