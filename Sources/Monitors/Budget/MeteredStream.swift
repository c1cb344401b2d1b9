/// What a stream has cost so far, so that its parts add up to the whole.
///
/// A part costs `round(all units so far x price)` less what earlier parts cost, rounded half up: the sum over any parts
/// is the rounded price of all of it, however it was cut.
package struct MeteredStream: Hashable, Sendable {
    package let price: UnitPrice
    /// Units charged so far.
    package private(set) var quantity: Int64
    /// Micro-dollars charged so far.
    package private(set) var chargedMicros: Int64

    /// - Precondition: quantity and charge are not negative.
    package init(price: UnitPrice, quantity: Int64 = 0, chargedMicros: Int64 = 0) {
        precondition(
            quantity >= 0 && chargedMicros >= 0, "\(quantity) \(price.unit) for \(chargedMicros) micro-dollars")
        self.price = price
        self.quantity = quantity
        self.chargedMicros = chargedMicros
    }

    /// Charges the next `units` and gives the micro-dollars they cost. A failure charges nothing.
    package mutating func charge(_ units: Int64) throws(BudgetError) -> Int64 {
        let (total, overflow) = quantity.addingReportingOverflow(units)
        guard units >= 0, !overflow else { throw .overflow("\(units) more \(price.unit) after \(quantity)") }
        // More may have been charged than the price says, where a lost reservation was committed in full.
        let whole = max(try price.amountMicros(total), chargedMicros)
        let part = whole - chargedMicros
        quantity = total
        chargedMicros = whole
        return part
    }
}
