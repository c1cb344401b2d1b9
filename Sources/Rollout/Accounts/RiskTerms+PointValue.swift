extension RiskTerms {
    /// Micro-dollars of one contract for one point: of the symbol as it is, else of its root; nil when neither is known.
    ///
    /// - Parameter symbol: as in a signal: a future such as `NQZ6`, or an option on one such as `NQZ6 C25300`.
    func pointValueMicros(of symbol: String) -> Int64? {
        let value = pointValueMicros[symbol] ?? pointValueMicros[Self.root(of: symbol)]
        return value.flatMap { $0 > 0 ? $0 : nil }
    }

    /// `NQ` of `NQZ6` and `NQZ26 C25300`; a name that does not end in a month's letter and a year is its own root.
    private static func root(of symbol: String) -> String {
        let contract = symbol.utf8.prefix { isDigit($0) || isLetter($0) }
        let name = contract.dropLast(contract.reversed().prefix(while: isDigit).count)
        let hasMonth = name.last.map { "FGHJKMNQUVXZ".utf8.contains($0) } ?? false
        guard hasMonth, (1...2).contains(contract.count - name.count) else {
            return String(Substring(contract))
        }
        return String(Substring(name.dropLast()))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }
}
