package import MarketData

/// How far a provider's invoices of a period are from what was metered.
package struct InvoiceDrift: Hashable, Sendable {
    package enum Level: String, Hashable, Sendable, Codable { case none, warning, critical }

    package let provider: String
    package let period: BudgetPeriod
    package let invoicedMicros: Int64
    package let meteredMicros: Int64

    /// Above 2 % of what was metered, in either direction: warning; above 5 %: critical. An invoice for what was never
    /// metered is critical.
    package var level: Level {
        let distance = Int128(invoicedMicros) - Int128(meteredMicros)
        let percent = (distance < 0 ? -distance : distance) * 100
        if percent > 5 * Int128(meteredMicros) { return .critical }
        return percent > 2 * Int128(meteredMicros) ? .warning : .none
    }

    /// Invoiced over metered less 1; nil when nothing was metered.
    package var ratio: Double? {
        meteredMicros > 0 ? Double(invoicedMicros) / Double(meteredMicros) - 1 : nil
    }
}

extension BudgetLedger {
    /// What an import changed.
    package struct InvoiceAnswer: Hashable, Sendable {
        /// The rows to store.
        package let added: [LedgerRow]
        /// Charges the ledger had already.
        package let duplicates: Int
        /// Of the providers and periods in the file.
        package let drifts: [InvoiceDrift]
    }

    /// Takes all charges or, when one of them does not fit, none.
    ///
    /// An invoice is known by provider and reference: taken again it changes nothing; with other charges it is refused.
    package mutating func importInvoice(
        _ charges: [InvoiceImport.Charge], at now: Timestamp, actor: String, reason: String
    ) throws(InvoiceImport.Problems) -> InvoiceAnswer {
        var problems: [InvoiceImport.Problems.Problem] = []
        var copy = self
        var added: [LedgerRow] = []
        let today = CivilDate(daysSince1970: Int(now.seconds / 86_400))
        for charge in charges where charge.date > today {
            problems.append(.init(line: charge.line, text: "date is \(charge.date), which is after today, \(today)"))
        }
        let invoices = Dictionary(grouping: charges) { Self.invoiceKey($0.provider, $0.reference) }
        for (key, lines) in invoices.sorted(by: { $0.value[0].line < $1.value[0].line }) {
            let known = knownCharges(key)
            guard known.isEmpty else {
                if known != lines.map(Self.content) {
                    problems.append(
                        .init(
                            line: lines[0].line,
                            text: "invoice \(lines[0].reference) of \(lines[0].provider) was imported before with other"
                                + " charges; a correction needs a reference of its own"))
                }
                continue
            }
            for (index, charge) in lines.enumerated() {
                let note = LedgerNote(id: "\(key)/\(index + 1)", time: now, actor: actor, reason: reason)
                let row = LedgerRow.invoice(InvoiceLine(charge, note: note))
                do throws(BudgetError) {
                    _ = try copy.add(row)
                    added.append(row)
                } catch {
                    problems.append(.init(line: charge.line, text: error.description))
                }
            }
        }
        guard problems.isEmpty else { throw InvoiceImport.Problems(problems) }
        self = copy
        let periods = Set(charges.map { BudgetPeriod(of: $0.date) })
        let providers = Set(charges.map(\.provider))
        return InvoiceAnswer(
            added: added, duplicates: charges.count - added.count,
            drifts: periods.sorted().flatMap { drifts(in: $0) }.filter { providers.contains($0.provider) })
    }

    /// One for every provider with an invoice of the period, by name.
    package func drifts(in period: BudgetPeriod) -> [InvoiceDrift] {
        var invoiced: [String: Int64] = [:]
        for case .invoice(let line) in sideRows where line.period == period {
            invoiced[line.provider, default: 0] += line.amountMicros
        }
        var metered: [String: Int64] = [:]
        for entry in entries where entry.state == .committed && entry.period == period {
            metered[entry.labels.provider, default: 0] += entry.amountMicros
        }
        return invoiced.sorted { $0.key < $1.key }.map { provider, micros in
            InvoiceDrift(
                provider: provider, period: period, invoicedMicros: micros, meteredMicros: metered[provider] ?? 0)
        }
    }

    /// An estimate as the provider's last invoiced period says it will turn out, rounded up.
    ///
    /// Only ever more than the estimate: a cheaper invoice does not loosen a reservation. Where nothing was metered the
    /// invoice says nothing about estimates.
    package func corrected(estimateMicros: Int64, provider: String) throws(BudgetError) -> Int64 {
        let periods = sideRows.compactMap { row in
            if case .invoice(let line) = row, line.provider == provider { line.period } else { nil }
        }
        guard let last = periods.max(), let drift = drifts(in: last).first(where: { $0.provider == provider }),
            drift.meteredMicros > 0, drift.invoicedMicros > drift.meteredMicros, estimateMicros > 0
        else { return estimateMicros }
        let product = Int128(estimateMicros) * Int128(drift.invoicedMicros)
        let scaled = (product + Int128(drift.meteredMicros) - 1) / Int128(drift.meteredMicros)
        guard let micros = Int64(exactly: scaled) else {
            throw .overflow("the estimate of \(Dollars.text(estimateMicros)) by the invoices of \(provider)")
        }
        return micros
    }

    private static func invoiceKey(_ provider: String, _ reference: String) -> String {
        "invoice/\(provider)/\(reference)"
    }

    private struct ChargeContent: Hashable {
        let date: CivilDate
        let category: CostCategory
        let amountMicros: Int64
    }

    private static func content(_ charge: InvoiceImport.Charge) -> ChargeContent {
        ChargeContent(date: charge.date, category: charge.category, amountMicros: charge.amountMicros)
    }

    /// The charges of an invoice that was imported before, in their order.
    private func knownCharges(_ key: String) -> [ChargeContent] {
        sideRows.compactMap { row in
            guard case .invoice(let line) = row, Self.invoiceKey(line.provider, line.reference) == key else {
                return nil
            }
            return ChargeContent(date: line.date, category: line.category, amountMicros: line.amountMicros)
        }
    }
}

extension InvoiceLine {
    fileprivate init(_ charge: InvoiceImport.Charge, note: LedgerNote) {
        self.init(
            note: note, date: charge.date, provider: charge.provider, category: charge.category,
            amountMicros: charge.amountMicros, reference: charge.reference)
    }
}
