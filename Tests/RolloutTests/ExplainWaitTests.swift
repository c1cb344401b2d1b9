import MarketData
import Testing

@testable import Rollout

/// How long something is likely to take, against the rule of thumb of `decision-statistics.md`, section 4.
@Suite struct ExplainWaitTests {
    /// Mean 1, squares 6 x 4 / 5, so d^2 = 1 / 4.8; 6 + 2 ln 20 x 4.8 = 34.8.
    @Test func aProofTakesWhatTheRuleOfThumbSaysLessWhatIsOver() {
        let wait = ExpectedWait.proof(stakes: [3, -1, 3, -1, 3, -1], e: 1, alpha: 0.05, behind: "")
        #expect(wait.sessions == 35 - 6)
        #expect(wait.nineInTen == 70 - 6...88 - 6)
        #expect(
            wait.basis == "half of such candidates pass by session 35, nine in ten by 70 to 88 (rule of thumb, at 0.46 "
                + "standard deviations a session)")
    }

    /// Mean 1, squares .1, so d^2 = 90: 6 + .07, long over after ten; from E = 10 it is 2 ln 2 / 90.
    @Test func pastTheMedianTheWaitIsCountedFromTheEvidence() {
        let stakes = (0..<10).map { $0 % 2 == 0 ? 1.1 : 0.9 }
        let wait = ExpectedWait.proof(stakes: stakes, e: 10, alpha: 0.05, behind: "")
        #expect(wait.sessions == 1)
        #expect(wait.nineInTen == 4...8)
        #expect(wait.basis.hasPrefix("from E as it stands; half of such candidates had passed by session 7,"))
        // d^2 = 1 / 40 x 36 = .9 over 37: 6 + 2 ln 2 / d^2 is past; E of 1e-9 of 2 takes 2 ln(2e9) / d^2 more.
        let wide = (0..<37).map { Double($0 % 2 == 0 ? 2 : 0) }
        let mean = 38.0 / 37
        let squares = 19 * (2 - mean) * (2 - mean) + 18 * mean * mean
        let effect = mean * mean / (squares / 36)
        let left = ExpectedWait.proof(stakes: wide, e: 1e-9, alpha: 0.5, behind: "").sessions
        // ln(2e9) = 21.4164
        #expect(left == Int((2 * 21.4164 / effect).rounded(.up)))
    }

    @Test func nothingIsToldFromFewerThanFiveSessions() {
        let wait = ExpectedWait.proof(stakes: [3, -1, 3, -1], e: 1, alpha: 0.05, behind: "behind")
        #expect(wait.sessions == nil)
        #expect(wait.basis == "cannot be told: fewer than 5 sessions to judge by")
    }

    @Test(arguments: [[-1.0, 1, -1, 1, 0], [-3, 1, -3, 1, -3], [0, 0, 0, 0, 0]])
    func aCandidateThatIsNotAheadHasNoExpectedWait(stakes: [Double]) {
        let wait = ExpectedWait.proof(stakes: stakes, e: 0.5, alpha: 0.05, behind: "so far behind")
        #expect(wait.sessions == nil && wait.nineInTen == nil)
        #expect(wait.basis == "cannot be told: so far behind")
    }

    @Test func sessionsThatAreAllAlikeTellNoSpread() {
        let wait = ExpectedWait.proof(stakes: [0.1, 0.1, 0.1, 0.1, 0.1], e: 1, alpha: 0.05, behind: "")
        #expect(wait.sessions == nil)
        #expect(wait.basis == "cannot be told: all sessions so far were alike")
    }

    @Test func aHopelessEffectIsNoNumberOfSessions() {
        let stakes = (0..<1000).map { $0 % 2 == 0 ? 1.001 : -1 }
        let wait = ExpectedWait.proof(stakes: stakes, e: 1, alpha: 0.05, behind: "")
        #expect(wait.sessions == nil)
        #expect(wait.basis.hasPrefix("cannot be told: more than 10,000 sessions"))
    }

    @Test func countsAreMissingAtTheirPace() {
        #expect(ExpectedWait.count(8, perSession: 4, of: "signals").sessions == 2)
        #expect(ExpectedWait.count(9, perSession: 4, of: "signals").sessions == 3)
        #expect(ExpectedWait.count(9, perSession: 4, of: "signals").basis == "9 more signals at 4.0 a session")
        #expect(ExpectedWait.count(9, perSession: 0, of: "signals").sessions == nil)
    }
}
