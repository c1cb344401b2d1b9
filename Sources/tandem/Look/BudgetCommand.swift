internal import ArgumentParser
internal import Foundation
internal import MarketData
internal import Monitors
internal import Operator

struct Budget: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What may be spent, what was, and who said so.",
        discussion: """
            Every row is journaled with your name and never changed; `tandem report budget --explain` lists them.
            tandem budget set day --usd 40 --reason "quiet week"
            tandem budget override --scope month --extra 25 --until 2026-12-01T00:00:00Z --reason "expiry Friday"
            """,
        subcommands: [
            BudgetStatus.self, BudgetSet.self, BudgetReserve.self, BudgetImportInvoice.self, BudgetOverrideCommand.self,
        ],
        defaultSubcommand: BudgetStatus.self)
}

struct BudgetStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "The running month: spent, limits, forecast, and what follows from them.")

    @OptionGroup var state: StateOptions
    @OptionGroup var format: FormatOptions

    func run() throws {
        let records = try RolloutRecords(state.folder)
        let report = try records.budgetReport(BudgetPeriod(of: records.now))
        if format.format == .json { return try Output.json(report) }
        try Output.line(report.statusLine)
        for threshold in report.thresholds where threshold.active {
            try Output.line(
                "passed   \(threshold.name.rawValue): \(threshold.actions.map(\.rawValue).joined(separator: ", "))")
        }
        for row in report.overrides where row.active {
            try Output.line(
                "override \(row.scope) \(row.grant) \(Dollars.text(row.micros)) by \(row.actor): \(row.reason)")
        }
    }
}

/// What every row has that a person adds to the ledger.
struct LedgerOptions: ParsableArguments {
    @OptionGroup var state: StateOptions
    @Option(help: "Why; journaled with your name.") var reason: String
    @Flag(help: "Say what would be added, change nothing.") var dryRun = false
    @OptionGroup var format: FormatOptions

    /// Adds what `rows` makes of the ledger as it stands, all of it or nothing.
    func change(
        _ rows: (inout BudgetLedger, RolloutRecords, (String) -> LedgerNote) throws -> [LedgerRow]
    ) throws {
        let records = try RolloutRecords(state.folder)
        let store = try LedgerStore(folder: records.folder, limits: records.terms.budget)
        let actor = Actor.current
        var added: [LedgerRow] = []
        struct NothingIsAdded: Error {}
        do {
            try store.change { ledger in
                let number = ledger.rows.count + 1
                added = try rows(&ledger, records) { kind in
                    LedgerNote(id: "\(kind)/\(number)", time: records.feedTime, actor: actor, reason: reason)
                }
                if dryRun { throw NothingIsAdded() }
                return added
            }
        } catch is NothingIsAdded {}
        for row in added {
            try Output.line(format.format == .json ? row.line : (dryRun ? "would add " : "added ") + row.id)
        }
        if added.isEmpty, format.format == .table { try Output.line("nothing new: the ledger has it all") }
    }
}

enum DollarText {
    /// `25`, `$25.50`
    static func micros(_ text: String, _ option: String) throws -> Int64 {
        let amount = text.hasPrefix("$") ? String(text.dropFirst()) : text
        guard let micros = Dollars.parse(amount), micros >= 0 else {
            throw Failure(FailureCode.usage, "\(option) \(text): expected dollars from 0 on, such as 25 or 7.50")
        }
        return micros
    }
}

struct BudgetSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change a limit from now on.",
        discussion: "Limits: \(BudgetLimits.Key.names.joined(separator: ", ")).")

    @OptionGroup var options: LedgerOptions
    @Argument(help: "Which limit.") var limit: String
    @Option(help: "Dollars.") var usd: String

    func run() throws {
        guard let key = BudgetLimits.Key(limit) else {
            throw Failure(
                FailureCode.usage,
                "there is no limit \(limit); there are \(BudgetLimits.Key.names.joined(separator: ", "))")
        }
        let micros = try DollarText.micros(usd, "--usd")
        try options.change { ledger, _, note in
            let row = LedgerRow.setting(BudgetSetting(note: note("set"), key: key, micros: micros))
            _ = try ledger.add(row)
            return [row]
        }
    }
}

struct BudgetOverrideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "override", abstract: "Grant more for a while, on your word.",
        discussion: "It ends by itself at --until, and every report names it.")

    enum Scope: String, ExpressibleByArgument, CaseIterable { case month, day }

    @OptionGroup var options: LedgerOptions
    @Option(help: "month or day.") var scope: Scope = .month
    @Option(help: "Dollars on top of the limit.") var extra: String?
    @Option(help: "Dollars in place of the limit.") var limit: String?
    @Option(help: "When it ends: RFC 3339, or a duration from now such as 24h.") var until: String

    func validate() throws {
        if (extra == nil) == (limit == nil) { throw ValidationError("give either --extra or --limit") }
    }

    func run() throws {
        let micros = try extra.map { try DollarText.micros($0, "--extra") } ?? DollarText.micros(limit ?? "", "--limit")
        try options.change { ledger, records, note in
            let expires = try TimeText.parse(until, from: records.now)
            guard expires > records.now else {
                throw Failure(
                    FailureCode.usage,
                    "--until \(until) is over: it is \(records.calendar.format(records.now)) for this rollout")
            }
            let row = LedgerRow.override(
                BudgetOverride(
                    note: note("override"), scope: scope == .month ? .month : .day,
                    grant: extra == nil ? .limit : .extra, micros: micros, expires: expires))
            _ = try ledger.add(row)
            return [row]
        }
    }
}

struct BudgetReserve: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reserve", abstract: "Ask for money before a paid call, approve one, or say what it cost.",
        discussion: """
            tandem budget reserve history-42 --usd 8 --provider databento --category historical --reason "backfill May"
            tandem budget reserve history-42 --commit 7.31 --reason "as billed"
            tandem budget reserve history-42 --release --reason "not needed"
            tandem budget reserve history-43 --approve 25 --reason "the whole of May"
            Historical data above $10, or half of what is left, wants --approve first. Exit code 4: refused.
            """)

    @OptionGroup var options: LedgerOptions
    @Argument(help: "Your name for the call.") var id: String
    @Option(help: "The most it can cost, dollars.") var usd: String?
    @Option(help: "What it did cost, dollars.") var commit: String?
    @Option(help: "Up to how many dollars it may reserve.") var approve: String?
    @Flag(help: "It was not made.") var release = false
    @Option(help: "Who is paid.") var provider = "databento"
    @Option(help: "\(CostCategory.allCases.map(\.rawValue).joined(separator: ", ")).") var category = "historical"
    @Option(help: "baseline, candidate or shared.") var arm = "shared"

    func validate() throws {
        let asked = [usd != nil, commit != nil, approve != nil, release].filter { $0 }.count
        if asked != 1 { throw ValidationError("give one of --usd, --commit, --approve and --release") }
        if CostCategory(rawValue: category) == nil {
            throw ValidationError(
                "--category \(category): there are \(CostCategory.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        if CostArm(rawValue: arm) == nil { throw ValidationError("--arm is baseline, candidate or shared") }
    }

    func run() throws {
        try options.change { ledger, records, note in
            if let approve {
                let row = LedgerRow.approval(
                    BudgetApproval(
                        note: note("approval"), request: id, micros: try DollarText.micros(approve, "--approve")))
                _ = try ledger.add(row)
                return [row]
            }
            if let usd { return try reserve(DollarText.micros(usd, "--usd"), &ledger, records) }
            let answer =
                if let commit {
                    try ledger.commit(
                        id, quantity: 1, actualMicros: DollarText.micros(commit, "--commit"), at: records.now,
                        actor: Actor.current)
                } else {
                    try ledger.release(id, at: records.now, actor: Actor.current)
                }
            if case .closed(let row, _) = answer { return [row] }
            return []
        }
    }

    private func reserve(
        _ micros: Int64, _ ledger: inout BudgetLedger, _ records: RolloutRecords
    ) throws -> [LedgerRow] {
        guard let category = CostCategory(rawValue: category), let arm = CostArm(rawValue: arm) else { return [] }
        let estimate = try ledger.corrected(estimateMicros: micros, provider: provider)
        let request = ReservationRequest(
            id: id, time: records.now, tradingDate: try records.calendar.sessionDate(at: records.now),
            labels: CostLabels(
                arm: arm, stage: "-", provider: provider, category: category,
                purpose: category == .alerts ? .protection : .ordinary, source: options.reason),
            quantity: 1, unit: .calls, unitPrice: nil, amountMicros: estimate, actor: Actor.current)
        switch try ledger.reserve(request, at: records.now) {
        case .granted(let row): return [row]
        case .duplicate: return []
        case .refused(let limit, let left):
            throw Failure(
                FailureCode.precondition,
                "refused: \(Dollars.text(estimate)) does not fit the \(limit.rawValue)'s budget, which has "
                    + "\(Dollars.text(left)) left; `tandem budget override` grants more")
        case .needsApproval(let rule, let left):
            let why = rule == .amount ? "more than may go unasked" : "more than half of what is left"
            throw Failure(
                FailureCode.precondition,
                "\(Dollars.text(estimate)) is \(why) (\(Dollars.text(left)) left): approve it first with "
                    + "`tandem budget reserve \(id) --approve \(Dollars.text(estimate).dropFirst()) --reason …`")
        }
    }
}

struct BudgetImportInvoice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-invoice", abstract: "Hold what was metered against a provider's invoice.",
        discussion: """
            A CSV file with the columns \(InvoiceImport.columns.joined(separator: ",")). A file with a bad line is refused \
            whole, and every bad line named. Above 2 % of drift is a warning, above 5 % critical; later estimates are raised \
            by it.
            """)

    @OptionGroup var options: LedgerOptions
    @Argument(help: "The invoice.", completion: .file(extensions: ["csv"])) var file: String

    func run() throws {
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw Failure(FailureCode.notFound, "there is no file \(file) that can be read")
        }
        var drifts: [InvoiceDrift] = []
        try options.change { ledger, records, _ in
            do throws(InvoiceImport.Problems) {
                let charges = try InvoiceImport.charges(in: String(decoding: bytes, as: UTF8.self))
                let answer = try ledger.importInvoice(
                    charges, at: records.now, actor: Actor.current, reason: options.reason)
                drifts = answer.drifts
                return answer.added
            } catch {
                throw Failure(FailureCode.badData, "\(file): nothing was taken\n\(error)")
            }
        }
        guard options.format.format == .table else { return }
        for drift in drifts {
            let ratio = drift.ratio.map { String(format: "%+.1f %%", $0 * 100) } ?? "unknown: nothing was metered"
            try Output.line(
                "\(drift.period) \(drift.provider): invoiced \(Dollars.text(drift.invoicedMicros)), metered "
                    + "\(Dollars.text(drift.meteredMicros)), drift \(ratio), \(drift.level.rawValue)")
        }
    }
}
