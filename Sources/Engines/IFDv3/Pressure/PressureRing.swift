/// The last 15 minutes of every instrument that trades, in cells of one minute; longer windows are sums of cells.
///
/// A cell knows its minute, so nothing has to be emptied as time passes: closing costs what traded, not what is listed.
/// Minutes count from 1970. About 1.1 KB for each instrument that ever traded.
struct PressureRing: Sendable {
    /// The longest window, in minutes.
    static let minutes = 15
    /// The window that is judged, in minutes.
    static let windowMinutes: UInt64 = 5

    private struct Cell {
        var minute: UInt64 = .max
        var flow = PressureFlow()
    }

    /// By dense index of an instrument: its lane, or -1 before its first trade.
    private var lanes: [Int32] = []
    /// `minutes` cells for each lane; minute m is at m mod `minutes`.
    private var cells: [Cell] = []
    /// By lane: the number of the last five-minute window it traded in.
    private var lastWindows: [UInt64] = []
    /// Dense indices that traded in the open five-minute window, in order of their first trade.
    private(set) var active: [Int] = []
    /// The open minute.
    private(set) var minute: UInt64 = 0

    /// Goes on to `minute`; the window's list of instruments is emptied when that lies in another window.
    mutating func open(minute: UInt64) {
        if minute / Self.windowMinutes != self.minute / Self.windowMinutes { active.removeAll(keepingCapacity: true) }
        self.minute = minute
    }

    /// Forgets all trades; at a session's edge.
    mutating func removeAll() {
        for index in cells.indices { cells[index].minute = .max }
        for index in lastWindows.indices { lastWindows[index] = .max }
        active.removeAll(keepingCapacity: true)
    }

    /// A trade in the open minute.
    ///
    /// - Complexity: O(1); allocates only for an instrument's first trade.
    mutating func add(_ instrument: Int, size: Int64, _ aggressor: Aggressor?, isLarge: Bool) {
        while lanes.count <= instrument { lanes.append(-1) }
        if lanes[instrument] < 0 { addLane(instrument) }
        let lane = Int(lanes[instrument])
        let window = minute / Self.windowMinutes
        if lastWindows[lane] != window {
            lastWindows[lane] = window
            active.append(instrument)
        }
        let position = lane * Self.minutes + Int(minute % UInt64(Self.minutes))
        if cells[position].minute != minute { cells[position] = Cell(minute: minute) }
        cells[position].flow.add(size: size, aggressor, isLarge: isLarge)
    }

    private mutating func addLane(_ instrument: Int) {
        lanes[instrument] = Int32(lastWindows.count)
        lastWindows.append(.max)
        cells.append(contentsOf: repeatElement(Cell(), count: Self.minutes))
    }

    /// What traded in the `count` minutes before minute `end`.
    ///
    /// - Parameter count: 1...15; older cells are gone.
    func flow(of instrument: Int, minutes count: Int, before end: UInt64) -> PressureFlow {
        var sum = PressureFlow()
        guard instrument < lanes.count, lanes[instrument] >= 0 else { return sum }
        let first = Int(lanes[instrument]) * Self.minutes
        let earliest = end - min(end, UInt64(count))
        var place = Int(earliest % UInt64(Self.minutes))
        for minute in earliest..<end {
            if cells[first + place].minute == minute { sum.add(cells[first + place].flow) }
            place = place + 1 == Self.minutes ? 0 : place + 1
        }
        return sum
    }
}
