import MarketData
import Testing

@Suite struct CalendarLocalTimeTests {
    @Test func daylightTimeBeginsAndEndsWithTheTzDatabase() throws {
        let chicago = try CalendarVectors.calendar()
        let newYork = try CalendarVectors.calendar("us-equity-rth")
        for (begin, end) in CalendarVectors.daylightTime {
            let begin = CalendarVectors.utc(begin)
            let end = CalendarVectors.utc(end)
            #expect(chicago.localTime(of: begin.advanced(bySeconds: -1)).offsetMinutes == -360)
            #expect(chicago.localTime(of: begin).offsetMinutes == -300)
            #expect(chicago.localTime(of: end.advanced(bySeconds: -1)).offsetMinutes == -300)
            #expect(chicago.localTime(of: end).offsetMinutes == -360)
            // New York's clocks show 02:00 an hour before Chicago's.
            #expect(newYork.localTime(of: begin.advanced(bySeconds: -3601)).offsetMinutes == -300)
            #expect(newYork.localTime(of: begin.advanced(bySeconds: -3600)).offsetMinutes == -240)
            #expect(newYork.localTime(of: end.advanced(bySeconds: -3601)).offsetMinutes == -240)
            #expect(newYork.localTime(of: end.advanced(bySeconds: -3600)).offsetMinutes == -300)
        }
    }

    @Test(arguments: [
        ("cme-globex-equity", "2026-11-20T21:59:59", "2026-11-20 15:59:59 -06:00"),
        ("cme-globex-equity", "2026-07-02T22:00:00", "2026-07-02 17:00:00 -05:00"),
        ("cme-globex-equity", "2026-03-08T07:59:59", "2026-03-08 01:59:59 -06:00"),
        ("cme-globex-equity", "2026-03-08T08:00:00", "2026-03-08 03:00:00 -05:00"),
        ("cme-globex-equity", "2026-11-01T06:59:59", "2026-11-01 01:59:59 -05:00"),
        ("cme-globex-equity", "2026-11-01T07:00:00", "2026-11-01 01:00:00 -06:00"),
        ("cme-globex-equity", "2026-01-01T05:59:59", "2025-12-31 23:59:59 -06:00"),
        ("us-equity-rth", "2026-11-20T14:30:00", "2026-11-20 09:30:00 -05:00"),
        ("us-equity-rth", "2026-07-02T13:30:00", "2026-07-02 09:30:00 -04:00"),
        ("24x7", "2026-11-20T21:59:59", "2026-11-20 21:59:59 +00:00"),
        ("24x7", "1970-01-01T00:00:00", "1970-01-01 00:00:00 +00:00"),
        ("cme-globex-equity", "1970-01-01T00:00:00", "1969-12-31 18:00:00 -06:00"),
    ])
    func formatsWithTheOffset(calendar: String, utc: String, text: String) throws {
        #expect(try CalendarVectors.calendar(calendar).format(CalendarVectors.utc(utc)) == text)
    }

    @Test func formatDropsFractions() throws {
        let time = Timestamp(nanos: CalendarVectors.utc("2026-11-20T21:59:59").nanos + 999_999_999)
        #expect(try CalendarVectors.calendar().format(time) == "2026-11-20 15:59:59 -06:00")
    }

    @Test(arguments: CalendarVectors.boundaries)
    func wallClockAndInstantAgree(chicago: String, utc: String, isOpen: Bool) throws {
        let calendar = try CalendarVectors.calendar()
        let fields = chicago.split { "T:".contains($0) }
        let time = calendar.timestamp(
            localDate: CalendarVectors.date(String(fields[0])), hour: Int(fields[1])!, minute: Int(fields[2])!,
            second: Int(fields[3])!)
        #expect(time == CalendarVectors.utc(utc))
        #expect(calendar.format(time).hasPrefix("\(fields[0]) \(fields[1]):\(fields[2]):\(fields[3])"))
    }

    @Test func theHourThatOccursTwiceMeansItsFirstOccurrence() throws {
        let time = try CalendarVectors.calendar().timestamp(
            localDate: CalendarVectors.date("2026-11-01"), hour: 1, minute: 30)
        #expect(time == CalendarVectors.utc("2026-11-01T06:30"))
    }

    @Test func theHourThatIsSkippedIsReadByStandardTime() throws {
        let time = try CalendarVectors.calendar().timestamp(
            localDate: CalendarVectors.date("2026-03-08"), hour: 2, minute: 30)
        #expect(time == CalendarVectors.utc("2026-03-08T08:30"))
    }

    @Test func instantsBeyondTimestampSaturate() throws {
        let calendar = try CalendarVectors.calendar()
        let far = calendar.timestamp(localDate: CalendarVectors.date("9999-12-31"), hour: 0, minute: 0)
        let early = calendar.timestamp(localDate: CalendarVectors.date("1950-01-01"), hour: 0, minute: 0)
        #expect(far == Timestamp(nanos: .max))
        #expect(early == Timestamp(nanos: 0))
    }

    @Test func localTimeAndTimestampAreInverse() throws {
        let calendar = try CalendarVectors.calendar()
        var random = CalendarRandom(seed: 5)
        for _ in 0..<2000 {
            let time = Timestamp(seconds: Int64.random(in: 1_672_600_000..<1_830_000_000, using: &random))
            let local = calendar.localTime(of: time)
            let back = calendar.timestamp(
                localDate: local.date, hour: local.hour, minute: local.minute, second: local.second)
            // In the repeated hour of November the second occurrence reads back as the first.
            #expect(back == time || back == time.advanced(bySeconds: -3600))
        }
    }
}
