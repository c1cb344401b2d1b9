internal import MarketData

/// Plays the order lives of a `SyntheticLoad` in time order from a heap of what each living order does next.
struct LoadLives: ~Copyable {
    private struct Order {
        var id: UInt64
        /// ns after the start at which the life ends.
        var end: UInt64
        var instrument: Int32
        /// Ticks: the best price the order ever shows, and the one it shows now.
        var firstPrice: Int32
        var price: Int32
        var size: UInt32
        /// The next order of the same trade group, or -1.
        var next: Int32 = -1
        var isBid: Bool
        /// Ticks from fair value at arrival, 1 is best.
        var distance: UInt8
        var modifiesLeft: UInt8
        var willFill: Bool
        var step = Step.finish
    }

    private enum Step: UInt8 { case modify, partialFill, finish }

    /// Full fills of one side and price, on their way to be one trade.
    private struct Group {
        var head: Int32 = -1
        var tail: Int32 = -1
        var price: Int32 = 0
        var count: Int32 = 0
        var deadline: UInt64 = 0
    }

    /// Arrivals, each source on its own clock: 0 is the steady one, the others are bursts.
    private struct Source {
        var left: Int
    }

    // The model's numbers are those of gen_mbo.py, named there.
    private static let recordsPerOrder = 2.70
    private static let segments = 24
    private static let burstCount = 400
    private static let snapshotShare = 0.03
    private static let groupNanos: UInt64 = 400_000_000

    private let load: SyntheticLoad
    private let universe: LoadUniverse
    private let duration: UInt64
    private let segmentNanos: UInt64
    /// Fair value in ticks by instrument and segment.
    private var fair: [Int32] = []
    private let picks: WeightedTable
    private let exponential = QuantileTable<Double>.exponential
    private let distances = QuantileTable<Int>.geometric(success: 0.28, atMost: 25)
    private let sizes = QuantileTable<Int>.geometric(success: 0.22, atMost: 500)
    /// Poisson with mean 0.42.
    private let modifyCounts: QuantileTable<UInt8>
    private let idMask: UInt64

    private var random: SyntheticRandom
    private var heap = EventHeap()
    private var orders: [Order] = []
    private var free: [Int32] = []
    private var groups: [Group]
    private var sources: [Source] = []
    private let steadyGap: Double
    private var arrivalCount: UInt64 = 0
    private var aggressors: UInt64 = 0
    private var writer = RecordWriter()
    private var clock = SyntheticClock(start: SyntheticLoad.start.nanos)

    init(_ load: SyntheticLoad, _ universe: LoadUniverse) {
        self.load = load
        self.universe = universe
        duration = UInt64(load.durationSeconds) * 1_000_000_000
        segmentNanos = duration / UInt64(Self.segments)
        picks = WeightedTable(universe.weights)
        idMask = (1 << UInt64(64 - UInt64(load.records).leadingZeroBitCount)) - 1
        let probabilities = (0..<6).reduce(into: [SyntheticMath.exp(-0.42)]) {
            $0.append($0[$1] * 0.42 / Double($1 + 1))
        }
        modifyCounts = QuantileTable { quantile in
            var sum = 0.0
            for (count, probability) in probabilities.enumerated() {
                sum += probability
                if quantile < sum { return UInt8(count) }
            }
            return UInt8(probabilities.count - 1)
        }
        groups = Array(repeating: Group(), count: load.instruments * 2)
        random = SyntheticRandom(seed: load.seed, stream: .load)

        var paths = SyntheticRandom(seed: load.seed, stream: .loadPaths)
        for instrument in 0..<load.instruments {
            var value = universe.fair[instrument]
            for segment in 0..<Self.segments {
                if segment > 0 { value += Int32(paths.below(7)) - 3 }
                fair.append(max(30, value))
            }
        }
        let total = Int(Double(load.records) / Self.recordsPerOrder)
        let arriving = Double(total) * (1 - Self.snapshotShare)
        steadyGap = Double(duration) / max(1, arriving / 2)
        sources.append(Source(left: .max))
        heap.push(EventHeap.Event(time: 1_000_000, kind: .arrival, slot: 0))
        for burst in 1...Self.burstCount {
            let centre = UInt64(random.below(Int(duration)))
            sources.append(
                Source(
                    left: Int(arriving / 2) * burst / Self.burstCount - Int(arriving / 2) * (burst - 1)
                        / Self.burstCount))
            heap.push(EventHeap.Event(time: max(1_000_000, centre), kind: .arrival, slot: Int32(burst)))
        }
    }

    private var room: Int { load.records - writer.records }

    mutating func run(_ emit: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        try writeSnapshot(emit)
        while room > 0, let event = heap.pop() {
            switch event.kind {
            case .arrival: arrive(from: Int(event.slot), at: event.time)
            case .order: act(event.slot, at: event.time)
            case .group:
                if groups[Int(event.slot)].deadline == event.time { closeGroup(Int(event.slot), at: event.time) }
            }
            try writer.drain(emit)
        }
        try writer.drain(over: 0, emit)
    }

    // MARK: Arrivals

    private mutating func arrive(from source: Int, at time: UInt64) {
        if sources[source].left > 0 {
            addOrder(at: time)
            if source == 0 {
                heap.push(
                    EventHeap.Event(
                        time: time + UInt64(exponential.draw(&random) * steadyGap) + 1, kind: .arrival, slot: 0))
                return
            }
            sources[source].left -= 1
        }
        guard sources[source].left > 0 else { return }
        // The next of k exponential waits of 0.12 s mean comes after an exponential one of 0.12 s / k.
        let gap = exponential.draw(&random) * 0.12e9 / Double(sources[source].left)
        heap.push(EventHeap.Event(time: time + UInt64(gap) + 1, kind: .arrival, slot: Int32(source)))
    }

    private mutating func addOrder(at time: UInt64) {
        let slot = newOrder(picks.draw(&random), at: time, restingLong: false)
        let order = orders[Int(slot)]
        write(order, order.size, SyntheticAction.add, order.isBid ? .bid : .ask, SyntheticFlags.last, event(at: time))
        schedule(slot, after: time)
    }

    private mutating func newOrder(_ instrument: Int, at time: UInt64, restingLong: Bool) -> Int32 {
        let isBid = random.chance(0.5)
        let distance = distances.draw(&random)
        let segment = segment(at: time)
        var base = fairTicks(instrument, segment)
        let boundary = UInt64(segment + 1) * segmentNanos
        if boundary - time < 100_000 {
            // Too late to be removed before a step that would cross it: stay clear of both values.
            let next = fairTicks(instrument, segment + 1)
            base = isBid ? min(base, next) : max(base, next)
        }
        let price = isBid ? base - Int32(distance) : base + Int32(distance)
        let wait = exponential.draw(&random) * 45e9 * (0.3 + 0.25 * Double(distance)) * (restingLong ? 8 : 1)
        var end = time + UInt64(wait) + 20_000
        let modifies = end - time < 2_000_000 ? 0 : modifyCounts.draw(&random)
        var step = segment + 1
        while UInt64(step) * segmentNanos <= end, step < Self.segments {
            let value = fairTicks(instrument, step)
            if isBid ? price >= value : price <= value {
                let back = UInt64(random.unit() * 0.02 * Double(segmentNanos))
                let boundary = UInt64(step) * segmentNanos
                end = min(end, max(time + 10_000, boundary - 1 - min(back, boundary - 1)))
                break
            }
            step += 1
        }
        let willFill = random.chance(distance == 1 ? 0.42 : distance == 2 ? 0.10 : 0.015)
        arrivalCount += 1
        let order = Order(
            id: 6_800_000_000_000 + 3 * (arrivalCount &* 0x9E37_79B9_7F4A_7C15 & idMask), end: end,
            instrument: Int32(instrument), firstPrice: price, price: price, size: UInt32(sizes.draw(&random)),
            isBid: isBid,
            distance: UInt8(distance), modifiesLeft: modifies, willFill: willFill)
        if let slot = free.popLast() {
            orders[Int(slot)] = order
            return slot
        }
        orders.append(order)
        return Int32(orders.count - 1)
    }

    // MARK: A life

    /// Plans what the order does next: the remaining modifies spread evenly, then perhaps a partial fill, then the end.
    private mutating func schedule(_ slot: Int32, after now: UInt64) {
        var order = orders[Int(slot)]
        var time = order.end
        order.step = .finish
        let span = order.end > now + 40_000 ? order.end - now - 20_000 : 0
        if order.modifiesLeft > 0, span > 0 {
            var least = 1.0
            for _ in 0..<order.modifiesLeft { least = min(least, random.unit()) }
            time = now + 5_000 + UInt64(least * Double(span))
            order.step = .modify
            order.modifiesLeft -= 1
        } else if order.modifiesLeft != .max, order.size > 1, span > 0, random.chance(order.distance == 1 ? 0.09 : 0.01)
        {
            time = now + 10_000 + UInt64(random.unit() * Double(span))
            order.step = .partialFill
        }
        orders[Int(slot)] = order
        heap.push(EventHeap.Event(time: time, kind: .order, slot: slot))
    }

    private mutating func act(_ slot: Int32, at time: UInt64) {
        switch orders[Int(slot)].step {
        case .modify:
            if random.chance(0.6) {
                let shift = Int32(random.below(4))
                let first = orders[Int(slot)].firstPrice
                orders[Int(slot)].price = max(1, orders[Int(slot)].isBid ? first - shift : first + shift)
            } else {
                orders[Int(slot)].size = UInt32(sizes.draw(&random))
            }
            let order = orders[Int(slot)]
            write(
                order, order.size, SyntheticAction.modify, order.isBid ? .bid : .ask, SyntheticFlags.last,
                event(at: time))
            schedule(slot, after: time)
        case .partialFill:
            guard room >= 3 else { return fillUp(at: time) }
            var order = orders[Int(slot)]
            let filled = 1 + UInt32(random.below(Int(order.size) - 1))
            let side: SyntheticSide = order.isBid ? .bid : .ask
            let stamp = event(at: time)
            writeTrade(order, filled, side.opposite, stamp)
            write(order, filled, SyntheticAction.fill, side, SyntheticFlags.none, stamp)
            order.size -= filled
            write(order, order.size, SyntheticAction.modify, side, SyntheticFlags.last, stamp)
            order.step = .finish
            // 255: no second partial fill.
            order.modifiesLeft = .max
            orders[Int(slot)] = order
            heap.push(EventHeap.Event(time: order.end, kind: .order, slot: slot))
        case .finish:
            let order = orders[Int(slot)]
            if order.willFill { return join(slot, at: time) }
            write(
                order, order.size, SyntheticAction.cancel, order.isBid ? .bid : .ask, SyntheticFlags.last,
                event(at: time))
            free.append(slot)
        }
    }

    // MARK: Trade groups

    private mutating func join(_ slot: Int32, at time: UInt64) {
        let order = orders[Int(slot)]
        let key = Int(order.instrument) * 2 + (order.isBid ? 0 : 1)
        if groups[key].count > 0, groups[key].price != order.price || groups[key].count == 64 || random.chance(0.45) {
            closeGroup(key, at: time)
            guard room > 0 else { return }
        }
        if groups[key].count == 0 {
            // Before the segment ends, since the next fair value may lie beyond the price.
            let boundary = UInt64(segment(at: time) + 1) * segmentNanos
            let deadline = min(time + Self.groupNanos, max(time, boundary - 1))
            groups[key] = Group(head: slot, tail: slot, price: order.price, count: 1, deadline: deadline)
            heap.push(EventHeap.Event(time: deadline, kind: .group, slot: Int32(key)))
        } else {
            orders[Int(groups[key].tail)].next = slot
            groups[key].tail = slot
            groups[key].count += 1
        }
    }

    private mutating func closeGroup(_ key: Int, at time: UInt64) {
        let group = groups[key]
        guard group.count > 0 else { return }
        guard room >= 1 + 2 * Int(group.count) else { return fillUp(at: time) }
        let side: SyntheticSide = key % 2 == 0 ? .bid : .ask
        let stamp = event(at: time)
        var total: UInt32 = 0
        var slot = group.head
        while slot >= 0 {
            total += orders[Int(slot)].size
            slot = orders[Int(slot)].next
        }
        writeTrade(orders[Int(group.head)], total, side.opposite, stamp)
        for action in [SyntheticAction.fill, SyntheticAction.cancel] {
            slot = group.head
            while slot >= 0 {
                let order = orders[Int(slot)]
                let isLast = action == SyntheticAction.cancel && order.next < 0
                write(order, order.size, action, side, isLast ? SyntheticFlags.last : SyntheticFlags.none, stamp)
                if action == SyntheticAction.cancel { free.append(slot) }
                slot = order.next
            }
        }
        groups[key] = Group()
    }

    /// The next event has more records than there is room for: single ones take its place, and the stream ends.
    private mutating func fillUp(at time: UInt64) {
        while room > 0 { addOrder(at: time) }
    }

    // MARK: Parts

    private func segment(at time: UInt64) -> Int { Int(time / segmentNanos) }

    private func fairTicks(_ instrument: Int, _ segment: Int) -> Int32 {
        fair[instrument * Self.segments + min(segment, Self.segments - 1)]
    }

    private mutating func event(at time: UInt64) -> EventStamp {
        clock.stamp(SyntheticLoad.start.nanos + time, &random)
    }

    private mutating func write(
        _ order: Order, _ size: UInt32, _ action: UInt8, _ side: SyntheticSide, _ flags: UInt8, _ stamp: EventStamp
    ) {
        let instrument = Int(order.instrument)
        writer.appendMbo(
            instrument: universe.ids[instrument], orderID: order.id,
            priceNanos: Int64(order.price) * universe.tickNanos[instrument], size: size, action: action,
            side: side.code,
            flags: flags, stamp)
    }

    /// The aggressor's order never rests, so its id occurs nowhere else.
    private mutating func writeTrade(_ order: Order, _ size: UInt32, _ aggressor: SyntheticSide, _ stamp: EventStamp) {
        var trade = order
        trade.id = 6_900_000_000_001 + 3 * aggressors
        aggressors += 1
        write(trade, size, SyntheticAction.trade, aggressor, SyntheticFlags.none, stamp)
    }

    private mutating func writeSnapshot(_ emit: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        let resting = Int(Double(load.records) / Self.recordsPerOrder * Self.snapshotShare)
        var slots = (0..<resting).map { _ in newOrder(picks.draw(&random), at: 0, restingLong: true) }
        slots.sort { [orders] left, right in
            let (a, b) = (orders[Int(left)], orders[Int(right)])
            return (a.instrument, a.isBid ? 0 : 1, a.id) < (b.instrument, b.isBid ? 0 : 1, b.id)
        }
        let start = SyntheticLoad.start.nanos
        let stamp = EventStamp(tsEvent: start - 3_600_000_000_000, tsRecv: start, tsInDelta: 0, sequence: 0)
        var position = 0
        for instrument in 0..<load.instruments {
            let first = position
            while position < slots.count, orders[Int(slots[position])].instrument == instrument { position += 1 }
            let isEmpty = first == position
            writer.appendMbo(
                instrument: universe.ids[instrument], orderID: 0, priceNanos: Undefined.price, size: 0,
                action: SyntheticAction.clear, side: SyntheticAction.noSide,
                flags: isEmpty ? SyntheticFlags.snapshotLast : SyntheticFlags.snapshot, stamp)
            for place in first..<position {
                let order = orders[Int(slots[place])]
                let flags = place == position - 1 ? SyntheticFlags.snapshotLast : SyntheticFlags.snapshot
                write(order, order.size, SyntheticAction.add, order.isBid ? .bid : .ask, flags, stamp)
                try writer.drain(emit)
            }
            try writer.drain(emit)
        }
        for slot in slots { schedule(slot, after: 0) }
    }
}
