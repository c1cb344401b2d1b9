import MarketData
import Testing

@testable import Engines

@Suite struct ReadOnceTests {
    /// Only new and changed bytes are read, and what is not asked for is forgotten.
    @Test func equalBytesAreReadOnce() throws {
        let days = try ["2024-05-07", "2024-05-08", "2024-05-09"].map(date)
        var once = ReadOnce<[UInt8]>()
        var read: [CivilDate] = []
        func ask(_ sessions: [(CivilDate, [UInt8])]) -> [[UInt8]] {
            once.values(of: sessions.map { (session: $0.0, bytes: $0.1) }) {
                read.append($0)
                return $1.reversed()
            }.map(\.value)
        }
        #expect(ask([(days[0], [1, 2]), (days[1], [3, 4])]) == [[2, 1], [4, 3]])
        #expect(ask([(days[0], [1, 2]), (days[1], [3, 5]), (days[2], [6, 7])]) == [[2, 1], [5, 3], [7, 6]])
        #expect(read == [days[0], days[1], days[1], days[2]])
        #expect(ask([(days[2], [6, 7])]) == [[7, 6]] && ask([(days[0], [1, 2])]) == [[2, 1]])
        #expect(read == [days[0], days[1], days[1], days[2], days[0]])
    }
}
