import MarketData
import Synchronization
import Testing

@testable import Engines

/// Says when it was asked; keeps nothing.
private final class CountingMemory: EngineMemory {
    let asked = Mutex<[String]>([])

    func states(before date: CivilDate, atMost count: Int) -> [(session: CivilDate, bytes: [UInt8])] {
        asked.withLock { $0.append("states \(date) \(count)") }
        return []
    }

    func outcomes(before date: CivilDate, atMost count: Int) -> [(session: CivilDate, bytes: [UInt8])] {
        asked.withLock { $0.append("outcomes \(date) \(count)") }
        return []
    }

    func save(session: CivilDate, bytes: [UInt8]) { asked.withLock { $0.append("save \(session)") } }
}

private let day: Double = 86_400

/// The Globex session of `noon`'s date ends at 16:00 in Chicago, six hours after 10:00.
private let close: Double = 6 * 3600

@Suite struct PressureBoardTests {
    @Test func aWindowIsReadWhenItsEndIsReached() throws {
        var bench = try BoardBench()
        bench.trade(200, 30, "B", at: 1)
        bench.trade(200, 10, "A", at: 250)
        bench.trade(100, 5, "A", at: 299.5)
        #expect(bench.readings.isEmpty)
        bench.trade(200, 999, "B", at: 300)
        #expect(bench.readings.map(\.instrument) == [bench.index(100), bench.index(200)])
        let call = try #require(bench.reading(200, start: 0))
        #expect(call.window.buyVolume == 30 && call.window.sellVolume == 10 && call.window.largestSize == 30)
        let course = try #require(bench.course(200, start: 0))
        #expect(course.minute.sellVolume == 10 && course.minute.buyVolume == 0 && course.quarter == call.window)
        #expect(call.window.largeVolume == 30 && call.windowStart == nanos(noon))
        // 10:00 in Chicago, the strike about 1 % above 5200.
        #expect(call.baseline?.key.description == "call, 0.5 to 2 % out of the money, 10:00")
        #expect(bench.reading(100, start: 0)?.baseline?.key.description == "future, 10:00")
    }

    /// Three windows: 15 minutes hold all of them, and the side was the same in two.
    @Test func longerWindowsAndPersistenceLookBack() throws {
        var bench = try BoardBench()
        for (size, side, at) in [(10, "B", 10), (20, "A", 310), (40, "B", 610)] as [(Int64, Character, Double)] {
            bench.trade(200, size, side, at: at)
        }
        bench.time(900)
        let last = try #require(bench.reading(200, start: 600))
        let before = try #require(bench.course(200, start: 600))
        #expect(before.quarter.buyVolume == 50 && before.quarter.sellVolume == 20 && last.window.buyVolume == 40)
        #expect(before.persistence == 2.0 / 3)
        bench.trade(200, 1, "N", at: 2000)
        bench.time(2100)
        let alone = try #require(bench.course(200, start: 1800))
        #expect(alone.quarter.volume == 1 && alone.minute.volume == 0)
    }

    /// Silence over many windows, and a closing that costs only what traded.
    @Test func whatDidNotTradeIsNotRead() throws {
        var bench = try BoardBench()
        bench.trade(200, 1, "B", at: 1)
        bench.time(4000)
        bench.time(8000)
        #expect(bench.readings.count == 1)
    }

    @Test func noDefinitionMeansNoBaselineButAReading() throws {
        var bench = try BoardBench()
        bench.trade(900, 10, "B", at: 1)
        bench.prices = [:]
        bench.trade(300, 10, "B", at: 2)
        bench.time(300)
        #expect(bench.reading(900, start: 0)?.window.buyVolume == 10)
        #expect(bench.reading(900, start: 0)?.baseline == nil)
        #expect(bench.reading(300, start: 0)?.baseline?.key.moneyness == .unknown)
    }

    @Test func theBookIsAskedOnlyWithoutASide() throws {
        var bench = try BoardBench()
        let top = TopOfBook(bidNanos: Feed.price(10), askNanos: Feed.price(11))
        bench.trade(200, 10, "N", price: 11, top: top, at: 1)
        bench.trade(200, 5, "A", price: 11, top: top, at: 2)
        bench.time(300)
        let flow = try #require(bench.readings.first).window
        #expect(flow.buyVolume == 10 && flow.sellVolume == 5)
        let sides = "BAN".map {
            PressureBoard.wantsBook(Trade(instrument: 0, size: 1, priceNanos: 1, side: $0.asciiValue ?? 0))
        }
        #expect(sides == [false, false, true])
    }
}

@Suite struct LearntSessionsTests {
    /// Memory is read at the open and written at the close, by the calendar, and not between.
    @Test func memoryIsTouchedAtSessionEdgesOnly() throws {
        let memory = CountingMemory()
        var bench = try BoardBench(memory)
        bench.trade(200, 10, "B", at: 0)
        bench.time(3600)
        let opened = ["states 2024-05-08 20", "outcomes 2024-05-08 20"]
        #expect(memory.asked.withLock { $0 } == opened)
        bench.trade(200, 10, "B", at: close - 100)
        bench.time(close - 1)
        #expect(memory.asked.withLock { $0 } == opened)
        bench.time(close)
        bench.time(close + 1800)
        #expect(memory.asked.withLock { $0 } == opened + ["save 2024-05-08"])
        #expect(bench.reading(200, start: close - 300) != nil)
        bench.time(close + 3600)
        #expect(memory.asked.withLock { Array($0.suffix(2)) } == ["states 2024-05-09 20", "outcomes 2024-05-09 20"])
        // Nothing traded in the second session: nothing is saved at its close.
        bench.time(close + day)
        #expect(memory.asked.withLock { $0.count } == 5)
    }

    /// A value is judged by closed sessions only: whatever it is, and whatever came before it today, the history is the
    /// same.
    @Test func todayNeverJudgesItself() throws {
        let memory = ProcessMemory()
        var bench = try BoardBench(memory)
        for window in 0..<30 {
            bench.trade(200, Int64(20 + window), window % 2 == 0 ? "B" : "A", at: Double(window * 300))
        }
        bench.time(close)
        #expect(memory.states(before: try date("2024-05-09"), atMost: 20).count == 1)
        bench.readings = []
        for repeats in [1, 40] {
            var again = bench
            let start = day - 300 * Double(repeats)
            again.time(start)
            for window in 0..<repeats { again.trade(200, 100_000, "B", at: start + Double(window * 300)) }
            again.time(day)
            let last = try #require(again.readings.last?.baseline)
            #expect(again.board.learnt.history.sessions == [try date("2024-05-08")])
            #expect(last.logRatio.reliability == 0 && last.logRatio.rank > 0.7)
            if repeats == 40 {
                let first = try #require(again.readings.first?.baseline)
                #expect(first.key.moneyness == last.key.moneyness)
                let windows: UInt64 = again.board.learnt.history.pools.reduce(0) { $0 + $1.logRatio.seen.count }
                #expect(windows == 30)
            }
        }
    }

    /// Many sessions in one process, or each in a process of its own with the same memory: the same bytes are saved.
    @Test func aRestartedEngineLearnsTheSame() throws {
        let (whole, parts) = (ProcessMemory(), ProcessMemory())
        var first = try BoardBench(whole)
        for session in 0..<3 {
            var second = try BoardBench(parts)
            for step in 0..<200 {
                let at = Double(session) * day + Double(step * 97)
                first.trade(step % 3 == 0 ? 100 : 200, Int64(1 + step % 17), step % 5 < 2 ? "A" : "B", at: at)
                second.trade(step % 3 == 0 ? 100 : 200, Int64(1 + step % 17), step % 5 < 2 ? "A" : "B", at: at)
            }
            first.board.remember(signal: "s\(session)", raw: 0.5)
            second.board.remember(signal: "s\(session)", raw: 0.5)
            first.time(Double(session) * day + close)
            second.time(Double(session) * day + close)
        }
        let end = try date("2024-12-31")
        let (a, b) = (whole.states(before: end, atMost: 99), parts.states(before: end, atMost: 99))
        #expect(a.map(\.session.description) == ["2024-05-08", "2024-05-09", "2024-05-10"])
        #expect(a.map(\.bytes) == b.map(\.bytes))
        let last = try SessionRecord(a[2].bytes)
        #expect(last.predictions == [SessionRecord.Prediction(id: "s2", raw: 0.5)])
    }

    @Test func damagedStatesAreNamedAndTheRestIsUsed() throws {
        let memory = ProcessMemory()
        let layout = try BoardBench().board.learnt.layout
        let first = try date("2024-05-01")
        for index in 0..<3 {
            let record = try randomRecord(
                session: first.adding(days: index), windows: 50, layout: layout, seed: UInt64(index))
            memory.save(session: record.session, bytes: index == 1 ? Array(record.bytes.dropLast()) : record.bytes)
        }
        var bench = try BoardBench(memory)
        bench.time(0)
        #expect(bench.board.learnt.history.sessions == [first, first.adding(days: 2)])
        #expect(bench.board.learnt.refused.map(\.error) == [.wrongChecksum])
    }

    /// Fed-back outcomes of the last sessions calibrate from 200 on; below, scores stay as they are.
    @Test func outcomesCalibrateTheNextSession() throws {
        let memory = ProcessMemory()
        var bench = try BoardBench(memory)
        bench.time(0)
        var lines = ""
        for index in 0..<250 {
            bench.board.remember(signal: "s\(index)", raw: 0.9)
            lines += "{\"id\":\"s\(index)\",\"kind\":\"stop\",\"r_micros\":\(index % 2 == 0 ? 1 : -1)}\n"
        }
        bench.time(close)
        memory.feedBack(session: try date("2024-05-08"), outcomes: Array(lines.utf8))
        #expect(bench.board.learnt.calibration.probability(0.9) == 0.9)
        bench.time(close + 3600)
        #expect(bench.board.learnt.calibration.probability(0.9) == 0.5)
    }

    /// 2024-05-27 (Memorial Day) halts at noon and belongs to the 28th: one record, written once.
    @Test func aSessionWithABreakIsOneRecord() throws {
        let memory = ProcessMemory()
        var bench = try BoardBench(memory)
        let monday = 19 * day
        bench.trade(200, 10, "B", at: monday)
        bench.time(monday + 3 * 3600)
        #expect(bench.board.learnt.session?.description == "2024-05-28")
        bench.trade(200, 10, "B", at: monday + day)
        bench.time(monday + day + close)
        let states = memory.states(before: try date("2025-01-01"), atMost: 20)
        #expect(states.map(\.session.description) == ["2024-05-28"])
        let record = try SessionRecord(try #require(states.first).bytes)
        // Both at 10:00 in Chicago, a day apart: one cell.
        #expect(record.cells.compactMap { $0 }.map(\.logRatio.moments.count) == [2])
    }

    /// Past the calendar's data windows are still read, by what was known, and the reason can be told.
    @Test func timesPastTheCalendarAreNoSessions() throws {
        let memory = CountingMemory()
        var bench = try BoardBench(memory)
        bench.trade(200, 10, "B", at: 200 * 365 * day)
        bench.time(200 * 365 * day + 300)
        #expect(bench.readings.count == 1 && bench.board.learnt.session == nil)
        #expect(bench.board.learnt.calendarProblem != nil)
        #expect(memory.asked.withLock { $0.isEmpty })
    }

    @Test func windowsCountByTheWallClockOverAShift() throws {
        let bench = try BoardBench()
        // 2024-05-08T15:00Z is 10:00 in Chicago, 2024-01-08T15:00Z is 09:00.
        #expect(bench.board.learnt.halfHour(at: nanos(noon)) == 20)
        #expect(bench.board.learnt.halfHour(at: nanos(noon - 121 * day)) == 18)
    }
}

@Suite struct EngineMemoryTests {
    @Test func theNewestBeforeADateAscending() throws {
        let memory = ProcessMemory(capacity: 3)
        let first = try date("2024-05-01")
        for index in [4, 1, 3, 2] { memory.save(session: first.adding(days: index), bytes: [UInt8(index)]) }
        memory.save(session: first.adding(days: 3), bytes: [33])
        let end = first.adding(days: 9)
        #expect(memory.states(before: end, atMost: 9).map(\.bytes) == [[2], [33], [4]])
        #expect(memory.states(before: end, atMost: 2).map(\.bytes) == [[33], [4]])
        #expect(memory.states(before: first.adding(days: 4), atMost: 9).map(\.bytes) == [[2], [33]])
        #expect(memory.states(before: end, atMost: -1).isEmpty && memory.outcomes(before: end, atMost: 9).isEmpty)
        memory.feedBack(session: first, outcomes: [1])
        #expect(memory.outcomes(before: end, atMost: 9).map(\.session) == [first])
        #expect(NoMemory().states(before: end, atMost: 9).isEmpty)
    }
}
