import MarketData
import Rollout
import Signals
import Testing

@Suite struct JudgeRowTests {
    @Test(arguments: [(99, 0), (100, 1), (200, 1), (500, 1), (501, 0)])
    func aSignalMatchesFromTheFirstOrderToTheEndOfTheGrace(second: Int, matches: Int) {
        let judge = Judge(labels: judgedLabels(1, [judgedCampaign(0, from: 100, to: 200)]), graceSeconds: 300)
        let row = judge.row([judged(0, at: second)])
        #expect(row.precision.value == Double(matches) && row.recall.value == Double(matches))
    }

    @Test func sessionUnderlyingAndDirectionMustAgree() {
        let judge = Judge(labels: judgedLabels(2, [judgedCampaign(0, from: 100, to: 200)]))
        let wrong = [
            judged(1, at: 150), judged(0, at: 150, .short), judged(0, at: 150, on: 2),
            judged(0, at: 150, isActionable: false),
        ]
        let row = judge.row(wrong)
        #expect(row.precision.value == 0 && row.precision.count == 3)
        #expect(row.recall.value == 0 && row.recall.count == 1)
        #expect(row.detectionDelaySeconds == .unknown)
        #expect(row.monitored == 1)
    }

    /// Two of three signals lie inside; the campaign is found by the earlier one, 40 s after its start.
    @Test func severalSignalsFindACampaignOnce() {
        let judge = Judge(
            labels: judgedLabels(1, [judgedCampaign(0, from: 100, to: 200), judgedCampaign(0, 2, from: 900, to: 999)]))
        let row = judge.row([judged(0, at: 190), judged(0, at: 140), judged(0, at: 50)])
        #expect(isNear(row.precision.value, 2.0 / 3))
        #expect(row.recall.value == 0.5 && row.recall.count == 2)
        #expect(row.detectionDelaySeconds.value == 40 && row.detectionDelaySeconds.count == 1)
    }

    @Test func falseStartsCountForPrecisionAndAreNotMissed() {
        let truth = [
            judgedCampaign(0, from: 100, to: 200, isFalseStart: true), judgedCampaign(0, 2, from: 150, to: 300),
            judgedCampaign(0, 3, from: 5_000, to: 6_000, isFalseStart: true),
        ]
        let row = Judge(labels: judgedLabels(1, truth), graceSeconds: 0)
            .row([judged(0, at: 120), judged(0, at: 180), judged(0, at: 4_000), judged(0, at: 4_001)])
        #expect(row.precision.value == 0.5)
        // The signal at 180 lies in a campaign that went through as well.
        #expect(row.falseStartShare.value == 0.25)
        #expect(row.recall.value == 1 && row.recall.count == 1)
        #expect(row.detectionDelaySeconds.value == 30)
    }

    /// Wins 2 R and 1 R, losses 1 R and 0.5 R, one at exactly 0, which is no win; one without an outcome.
    @Test func outcomesAreAsByHand() throws {
        let row = Judge(labels: judgedLabels(3)).row([
            judged(0, at: 1, r: 2, dollars: 100), judged(0, at: 2, r: -1, dollars: -400),
            judged(1, at: 1, r: 1, dollars: 300), judged(1, at: 2, r: -0.5, dollars: -100), judged(1, at: 3, r: 0),
            judged(1, at: 4, r: nil), judged(1, at: 5, r: 3, isActionable: false),
        ])
        #expect(row.signals == 6 && row.monitored == 1 && row.unresolvable == 1)
        #expect(row.accuracy.value == 0.4 && row.accuracy.count == 5)
        #expect(isNear(row.winLoss.value, 2.0 / 3))
        // Mean win 1.5, mean loss (1 + 0.5 + 0) / 3 = 0.5.
        #expect(isNear(row.payoffRatio.value, 3))
        #expect(row.profitFactor.value == 2)
        #expect(row.profitFactorDollars.value == 0.8)
        #expect(isNear(row.expectancyR.value, 0.3))
        #expect(isNear(row.profitDollars.value, -20))
        // The third session was silent and counts.
        #expect(row.signalsPerSession.value == 2 && row.signalsPerSession.count == 3)
    }

    /// By hand: (.2^2 + .8^2 + .4^2) / 3 over the two with a probability and the one that is not actionable.
    @Test func brierScoreTakesEveryStatedProbabilityWithAnOutcome() {
        let row = Judge(labels: judgedLabels(2)).row([
            judged(0, at: 1, r: 1, confidence: 0.8), judged(0, at: 2, r: -1, confidence: 0.8),
            judged(1, at: 1, r: 1, confidence: 0.6, isActionable: false), judged(1, at: 2, r: nil, confidence: 0.1),
            judged(1, at: 3, r: 1, confidence: nil), judged(1, at: 4, r: 1, confidence: 1.5),
        ])
        #expect(isNear(row.brierScore.value, (0.04 + 0.64 + 0.16) / 3))
        #expect(row.brierScore.count == 3)
        #expect(row.reliability.map(\.won.count) == [0, 0, 0, 0, 0, 0, 1, 0, 2, 0])
        #expect(row.reliability[8].won.value == 0.5 && isNear(row.reliability[8].meanConfidence, 0.8))
        #expect(row.reliability[0].won.value == nil && row.reliability[0].meanConfidence == nil)
    }

    @Test func certaintyFallsIntoTheLastBin() {
        let row = Judge(labels: judgedLabels(1)).row([judged(0, at: 1, confidence: 1), judged(0, at: 2, confidence: 0)])
        #expect(row.reliability.map(\.won.count) == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    }

    @Test func silenceIsUnknownAndNotZero() {
        let row = Judge(labels: judgedLabels(3, [judgedCampaign(0, from: 1, to: 2)])).row([])
        #expect(row.precision == .unknown && row.accuracy == .unknown && row.expectancyR == .unknown)
        #expect(row.profitFactor.value == nil && row.brierScore == .unknown && row.reliability.isEmpty)
        #expect(row.accuracyLowerBound == nil)
        // But nothing was found, and no signal came: both were measured.
        #expect(row.recall.value == 0 && row.signalsPerSession.value == 0)
    }

    @Test func noLossMeansNoFactorAndNotAnInfiniteOne() {
        let row = Judge(labels: judgedLabels(2)).row([judged(0), judged(1)])
        #expect(row.accuracy.value == 1 && row.winLoss.value == nil && row.winLoss.high == nil)
        #expect(row.winLoss.low != nil)
        #expect(row.profitFactor.value == nil && row.payoffRatio.value == nil)
    }

    @Test func signalsOutsideTheLabelsAreCountedAndNotJudged() {
        let row = Judge(labels: judgedLabels(1)).row([judged(0), judged(5), judged(6)])
        #expect(row.unlabelled == 2 && row.signals == 1 && row.accuracy.count == 1)
    }

    @Test func orderOfSignalsDoesNotMatter() {
        var random = RolloutRandom(seed: 3)
        let signals = ClusteredEngine(sessions: 8).signals(&random)
        let judge = Judge(
            labels: judgedLabels(8, [judgedCampaign(0, from: 1, to: 2), judgedCampaign(3, from: 1, to: 2)]))
        #expect(judge.row(signals.shuffled(using: &random)) == judge.row(signals))
    }
}
