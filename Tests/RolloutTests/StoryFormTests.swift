import Foundation
import FoundationXML
import MarketData
import Monitors
import Testing

@testable import Rollout

private typealias Fixture = StoryFixture

/// A story as text, JSON, CSV and page.
@Suite struct StoryFormTests {
    private let generated = at(noon)

    private func input(_ rollout: String = "ifd-v3", reason: String = "better 10.4 of 10") -> RolloutStory.Input {
        var sessions = Fixture.sessions(Fixture.differences)
        sessions[8] = ExplainFixture.session(8, 0, state: .tainted)
        sessions[9] = ExplainFixture.session(9, 0, state: .empty)
        var input = Fixture.input(
            sessions,
            [
                Fixture.move(5, .shadow, .canary, "gate", reason: reason),
                Fixture.move(8, .canary, .shadow, "stage-loss", status: .held, reason: reason),
            ])
        input.rollout = rollout
        input.liveMicros = Array(repeating: 250_000, count: 10)
        return input
    }

    private func complete() -> RolloutStory.Input {
        var input = input()
        input.basis = .arrival
        input.versionsTried = 2
        input.latency = (0..<10).map { number in
            number == 3
                ? nil : .init(baseline: .init(p50: 2, p99: 9), candidate: .init(p50: 3, p99: Double(10 + number)))
        }
        input.costMicros = (0..<10).map { .init(baseline: 2_000_000, candidate: 3_000_000 + Int64($0)) }
        input.metrics = [
            .init(
                "accuracy", .share, baseline: Estimate(value: 0.65, low: 0.6, high: 0.7, count: 90),
                candidate: Estimate(value: 0.75, low: 0.7, high: 0.8, count: 200), difference: .unknown),
            .init("payoff ratio", .ratio, baseline: .unknown, candidate: .unknown, difference: nil),
        ]
        var random = RolloutRandom(seed: 1)
        input.selfCheck = SelfCheck(
            of: input.sessions, terms: input.terms, betterAlpha: 0.05, draws: 100, using: &random)
        input.corrections = [.init(session: ExplainFixture.date(2), afterSession: 6, before: 4, after: 2.5)]
        return input
    }

    // MARK: - Text

    @Test func theTextTellsTheWholeStory() {
        let text = Fixture.story(complete()).text(generated: generated)
        let sentences = text.split(separator: "\n").joined(separator: " ")
        for part in [
            "Rollout ifd-v3 2026-01-05 to 2026-01-14",
            "Now shadow, held, after 10 sessions: shadow 5, canary 3, shadow 2.",
            "2 transitions, 1 correction.", "shadow to canary", "canary to shadow", "stage-loss",
            "1: better 10.4 of 10",
            "besides 1 empty, 1 tainted", "version 2 tried in this rollout", "65.0 % [60.0 %, 70.0 %]",
            "payoff ratio  unknown",
            "drawn anew 100 times", "2026-01-07              6  +4.00  +2.50",
        ] {
            #expect(text.contains(part) || sentences.contains(part), "\(part)")
        }
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
        #expect(!text.contains("no room for"))
    }

    @Test func transitionsStandBesideTheirEvidence() {
        let text = Fixture.story(complete()).text(generated: generated)
        // Confidence sequence, E+(0), E+(-1) and E-(1) of B at n = 5; `decision-statistics.md`, section 9.
        let rests = text.split(separator: "\n").first { $0.hasPrefix("  1  2026-01-09  ") }
        let cells = rests?.split(separator: " ").map(String.init) ?? []
        #expect(cells.prefix(7) == ["1", "2026-01-09", "+1.90", "-4.51", "+5.96", "1.66", "2.54"])
        #expect(cells.suffix(2) == ["0.64", "-"])
    }

    @Test func whatIsNotKnownSaysSo() {
        let text = Fixture.story(Fixture.input(Fixture.sessions([1]))).text(generated: generated)
        #expect(text.contains("live") && text.contains("unknown"))
        #expect(
            text.contains("Time to answer: not judged (replay).") && text.contains("Cost of the sessions: unknown."))
        #expect(text.contains("Self-check: not run.") && text.contains("no transition"))
    }

    @Test func aStoryWithoutSessionsCanBeTold() {
        let story = Fixture.story(Fixture.input([]))
        let text = story.text(generated: generated)
        #expect(text.hasPrefix("Rollout ifd-v3 no session yet\n"))
        #expect(text.contains("Now shadow, running, after 0 sessions. 0 transitions, 0 corrections."))
        #expect(XMLParser(data: Data(HTMLPage.text(story.page(generated: generated)).utf8)).parse())
    }

    // MARK: - Page

    private func html(_ input: RolloutStory.Input) -> String {
        HTMLPage.text(Fixture.story(input).page(generated: generated))
    }

    @Test func thePageIsWellFormedWithAllPlots() {
        let page = html(complete())
        #expect(XMLParser(data: Data(page.utf8)).parse())
        for title in [
            "Mean of D with its 95 % confidence sequence", "Account R of both arms", "Proof for the next gate",
            "Alarms, as multiples of their thresholds", "Time to answer", "Cost of a session",
        ] {
            #expect(page.contains("<figcaption>\(title)</figcaption>"), "\(title)")
        }
        #expect(page.components(separatedBy: "<svg ").count == 7)
        #expect(html(input()).components(separatedBy: "<svg ").count == 5)
    }

    /// Three stretches, two moves, in each of six plots.
    @Test func plotsHaveStageBandsAndTransitions() {
        let page = html(complete())
        func count(_ piece: String) -> Int { page.components(separatedBy: piece).count - 1 }
        #expect(count("<path class=\"stage0\"") + count("<path class=\"stage1\"") == 18)
        #expect(count("<path class=\"event\"") == 12)
        #expect(count("<path class=\"band\"") >= 1)
        #expect(page.contains("<li>1: 2026-01-09 shadow to canary, gate</li>"))
        #expect(page.contains("<li>canary: 2026-01-10 to 2026-01-12</li>"))
    }

    @Test func thePageNeedsNothingElse() {
        let page = html(complete())
        for piece in ["<script", "<link", "<img", "@import", "url(http", "src="] { #expect(!page.contains(piece)) }
        let addresses = page.components(separatedBy: "http").dropFirst()
        #expect(
            addresses.allSatisfy {
                $0.hasPrefix("://www.w3.org/") || $0.hasPrefix("-equiv=\"Content-Security-Policy\"")
            })
    }

    @Test func namesAndReasonsCannotBreakThePage() {
        let hostile = "</title><script>alert(1)</script>\"'&\u{0}]]>"
        let page = html(input(hostile, reason: hostile))
        #expect(!page.contains("<script"))
        #expect(XMLParser(data: Data(page.utf8)).parse())
    }

    // MARK: - JSON and CSV

    @Test func jsonSpellsOutWhatIsNotKnown() throws {
        let json = try ExplainFixture.json(Fixture.story(input()))
        for key in ["versions_tried", "self_check"] { #expect(json[key] is NSNull, "\(key)") }
        let sessions = try #require(json["sessions"] as? [[String: Any]])
        #expect(sessions.count == 10)
        #expect(sessions[8]["state"] as? String == "tainted" && sessions[8]["d_r"] is NSNull)
        #expect(sessions[0]["fall"] is NSNull && sessions[0]["better_asked"] is NSNull)
        #expect((sessions[0]["latency"] as? [String: Any])?["candidate_p99_ms"] is NSNull)
        #expect((sessions[0]["cost"] as? [String: Any])?["baseline_micros"] is NSNull)
        #expect(sessions[5]["d_r"] as? Double == 8 && sessions[5]["live_r"] as? Double == 1.5)
        let moves = try #require(json["transitions"] as? [[String: Any]])
        #expect(moves[0]["after_session"] as? Int == 5 && moves[0]["to"] as? String == "canary")
        #expect((moves[0]["evidence"] as? [String: Any])?["session"] as? String == "2026-01-09")
        #expect(json["stage"] as? String == "shadow" && json["status"] as? String == "held")
        let stretches = try #require(json["stretches"] as? [[String: Any]])
        #expect(stretches[1]["first_session"] as? Int == 6 && stretches[1]["sessions"] as? Int == 3)
    }

    @Test func jsonHasMetricsCorrectionsAndSelfCheck() throws {
        let json = try ExplainFixture.json(Fixture.story(complete()))
        let metrics = try #require(json["metrics"] as? [[String: Any]])
        #expect(metrics[1]["difference"] is NSNull)
        #expect((metrics[0]["difference"] as? [String: Any])?["value"] is NSNull)
        let correction = try #require((json["corrections"] as? [[String: Any]])?.first)
        #expect(correction["session"] as? String == "2026-01-07" && correction["d_is_r"] as? Double == 2.5)
        let check = try #require(json["self_check"] as? [String: Any])
        #expect(check["draws"] as? Int == 100 && check["sessions"] as? Int == 8)
        // Even with all eight signs against it, its largest bet makes less than 20 of them, and 40 are asked.
        #expect(check["harm_rate"] as? Double == 0)
        #expect(json["versions_tried"] as? Int == 2)
    }

    @Test func csvHasALineForEachSession() {
        let lines = Fixture.story(input()).csv.split(separator: "\n").map(String.init)
        #expect(lines.count == 11)
        #expect(lines[1].hasPrefix("replay,2026-01-05,shadow,observed,3.0,"))
        #expect(lines[9].hasPrefix("replay,2026-01-13,shadow,tainted,,,"))
        #expect(lines[1].hasSuffix(","))
    }
}
