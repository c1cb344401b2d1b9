package import MarketData

/// One report as a person reads it: the model that both `TextPage` and `HTMLPage` render.
///
/// All texts are plain; rendering escapes them.
package struct ReportPage: Sendable {
    /// A number that matters by itself.
    package struct Figure: Hashable, Sendable {
        package var label: String
        /// Spelt by `NumberFormat`; a value that was not measured is `NumberFormat.unknown`, with the tone `unknown`.
        package var value: String
        /// Empty where the value has none or shows it.
        package var unit: String
        package var tone: Tone
        /// What the value rests on or is measured against, in a few words.
        package var note: String

        package init(_ label: String, _ value: String, unit: String = "", tone: Tone = .plain, note: String = "") {
            self.label = label
            self.value = value
            self.unit = unit
            self.tone = tone
            self.note = note
        }
    }

    package enum Block: Sendable {
        case text(String)
        case table(TextTable)
        case lines(LinePlot)
        case heat(HeatMap)
        case bars(BarPlot)
    }

    package struct Section: Sendable {
        package var heading: String
        /// What the section says, in a sentence or two.
        package var lead: String
        package var figures: [Figure]
        package var blocks: [Block]

        package init(heading: String, lead: String = "", figures: [Figure] = [], blocks: [Block] = []) {
            self.heading = heading
            self.lead = lead
            self.figures = figures
            self.blocks = blocks
        }
    }

    package var title: String
    /// The time that the report is about, as in `2026-10` or `2026-10-01 to 2026-10-31`.
    package var period: String
    /// The rollout's id, as the state folder has it.
    package var rollout: String
    /// A `replay` report says on top that its times tell of no service.
    package var basis: Basis
    package var generated: Timestamp
    package var sections: [Section]

    package init(
        title: String, period: String, rollout: String, basis: Basis, generated: Timestamp, sections: [Section] = []
    ) {
        self.title = title
        self.period = period
        self.rollout = rollout
        self.basis = basis
        self.generated = generated
        self.sections = sections
    }

    /// What stands on top of a replay's report.
    static let replayNotice =
        "Replay: files were read as fast as they go, so latency, uptime and restarts below tell of no service, enter "
        + "no SLA month and decide nothing."

    /// Where the report comes from: its last line.
    var origin: String {
        "rollout \(rollout), basis \(basis.rawValue), generated \(NumberFormat.time(generated))"
    }
}
