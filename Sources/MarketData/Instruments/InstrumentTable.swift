/// What the feed said about its instruments so far: terms from definitions, names from definitions and symbol mappings.
///
/// Every instrument id has a dense index in order of first sight, which never changes; callers keep their own columns beside
/// it. Records are applied in the order they come, so a later one wins. No input, no clock.
public struct InstrumentTable: Sendable {
    public private(set) var ids: [InstrumentID] = []
    @usableFromInline var terms: [InstrumentTerms] = []
    private var symbols: [String] = []
    /// Open addressing, linear probing: an index into `ids`, or -1. The size is a power of two and more than twice the count.
    @usableFromInline var slots: [Int32]
    @usableFromInline var keys: [UInt32]
    @usableFromInline var mask: Int

    public init() {
        slots = [Int32](repeating: -1, count: 1024)
        keys = [UInt32](repeating: 0, count: 1024)
        mask = 1023
    }

    public var count: Int { ids.count }

    /// The dense index of an instrument; a new one gets the next.
    ///
    /// - Complexity: O(1); allocates only for a new instrument.
    @inlinable public mutating func index(of id: InstrumentID) -> Int {
        let slot = slot(of: id)
        let found = slots[slot]
        return found >= 0 ? Int(found) : insert(id, at: slot)
    }

    /// Nil for an instrument that was never seen.
    @inlinable public func existingIndex(of id: InstrumentID) -> Int? {
        let found = slots[slot(of: id)]
        return found >= 0 ? Int(found) : nil
    }

    /// What the definition says; `kind` is `.unknown` before the definition came and after it was deleted.
    @inlinable public func terms(at index: Int) -> InstrumentTerms { terms[index] }

    /// The raw symbol, or the id in digits while no record named the instrument.
    public func symbol(at index: Int) -> String {
        symbols[index].isEmpty ? ids[index].description : symbols[index]
    }

    /// Learns from a definition or a symbol mapping (version 3 shapes); other records change nothing.
    ///
    /// - Returns: the dense index of the instrument whose terms changed, nil when none did.
    @discardableResult
    public mutating func apply(_ record: RecordView) -> Int? {
        if let definition = record.asDefinition { return apply(definition) }
        if let mapping = record.asSymbolMapping {
            let symbol = mapping.symbolOut
            if !symbol.isEmpty { symbols[index(of: record.instrumentID)] = symbol }
        }
        return nil
    }

    private mutating func apply(_ definition: DefinitionView) -> Int {
        let index = index(of: definition.record.instrumentID)
        let symbol = definition.rawSymbol
        if !symbol.isEmpty { symbols[index] = symbol }
        let isDeleted = definition.updateAction == UInt8(ascii: "D")
        terms[index] = isDeleted ? InstrumentTerms() : InstrumentTerms(definition)
        if terms[index].isOption { _ = self.index(of: terms[index].underlyingID) }
        return index
    }

    @inlinable func slot(of id: InstrumentID) -> Int {
        // Fibonacci hashing: the top bits of the product, cut to the table's size. `&*` cannot lose anything that matters.
        var slot = Int(truncatingIfNeeded: (UInt64(id.rawValue) &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
        while slots[slot] >= 0, keys[slot] != id.rawValue { slot = (slot + 1) & mask }
        return slot
    }

    @usableFromInline mutating func insert(_ id: InstrumentID, at slot: Int) -> Int {
        let index = ids.count
        ids.append(id)
        terms.append(InstrumentTerms())
        symbols.append("")
        slots[slot] = Int32(index)
        keys[slot] = id.rawValue
        if ids.count * 2 > slots.count { grow() }
        return index
    }

    private mutating func grow() {
        let size = slots.count * 2
        slots = [Int32](repeating: -1, count: size)
        keys = [UInt32](repeating: 0, count: size)
        mask = size - 1
        for (index, id) in ids.enumerated() {
            let slot = slot(of: id)
            slots[slot] = Int32(index)
            keys[slot] = id.rawValue
        }
    }
}
