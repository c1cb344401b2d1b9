internal import MarketData

extension SLAReport {
    /// The rows behind the figures; their seconds add up to the raw bad ones.
    package var explanationTable: TextTable {
        TextTable(
            columns: [
                .exact("start"), .number("seconds"), .exact("cause"), .exact("counted"), .text("evidence"),
                .number("epoch"), .text("reason"),
            ],
            rows: explanation.map { row in
                [
                    TextTable.Cell(Self.shortTime(row.start)), TextTable.Cell(NumberFormat.count(row.seconds)),
                    TextTable.Cell(row.cause.rawValue), row.isCounted ? "yes" : "excluded",
                    TextTable.Cell(row.evidence ?? "-"), TextTable.Cell(row.epoch.map { String($0) } ?? "-"),
                    TextTable.Cell(row.reason),
                ]
            }, emptyNote: marketSeconds > 0 ? "no bad second" : NumberFormat.unknown)
    }

    var causeTable: TextTable {
        TextTable(
            columns: DowntimeCause.allCases.map { .number($0.rawValue) },
            rows: [DowntimeCause.allCases.map { TextTable.Cell(NumberFormat.count(byCause[$0])) }])
    }

    var evidenceTable: TextTable {
        TextTable(
            caption: "Evidence in force",
            columns: [
                .exact("row"), .exact("cause"), .number("bad s"), .number("excluded s"), .exact("author"),
                .text("reason"), .text("evidence"),
            ],
            rows: evidence.map { row in
                [
                    TextTable.Cell(row.id), TextTable.Cell(row.cause.rawValue),
                    TextTable.Cell(NumberFormat.count(row.badSeconds)),
                    TextTable.Cell(NumberFormat.count(row.excludedSeconds)), TextTable.Cell(row.author),
                    TextTable.Cell(row.reason), TextTable.Cell(row.evidence),
                ]
            })
    }

    var incidentTable: TextTable {
        TextTable(
            columns: [
                .exact("id"), .number("bad s"), .exact("cause"), .number("detect s"), .number("ack s"),
                .number("restore s"), .number("budget"), .text("reason"),
            ],
            rows: incidents.map { incident in
                let times = [incident.detectionSeconds, incident.acknowledgedSeconds].map { value in
                    TextTable.Cell(
                        NumberFormat.number(value, places: 1, unknown: "-"), value == nil ? .unknown : .plain)
                }
                return [
                    TextTable.Cell(incident.id), TextTable.Cell(NumberFormat.count(incident.seconds)),
                    TextTable.Cell(incident.cause.rawValue),
                ] + times + [
                    incident.restoreSeconds.map { TextTable.Cell(NumberFormat.count($0)) }
                        ?? TextTable.Cell("lasts", .bad),
                    TextTable.Cell(NumberFormat.percent(incident.budgetShare, places: 1)),
                    TextTable.Cell(incident.reason),
                ]
            })
    }

    var burnTable: TextTable {
        TextTable(
            columns: [
                .exact("window"), .number("burn"), .number("short"), .number("fires above"), .exact("severity"),
                .exact("state"), .text("note"),
            ],
            rows: burn.map { burn in
                let isShort = burn.long.secondsInService < burn.long.seconds
                let state: TextTable.Cell =
                    switch burn.fires {
                    case true?: TextTable.Cell("fires", .bad)
                    case false?: TextTable.Cell("quiet", .ok)
                    case nil where basis == .replay: "not judged"
                    case nil: TextTable.Cell(NumberFormat.unknown, .unknown)
                    }
                return [
                    TextTable.Cell(burn.name), TextTable.Cell(NumberFormat.number(burn.long.burn, places: 1)),
                    TextTable.Cell(NumberFormat.number(burn.short.burn, places: 1)),
                    TextTable.Cell(NumberFormat.number(burn.factor, places: 2)), TextTable.Cell(burn.severity.rawValue),
                    state,
                    TextTable.Cell(
                        isShort
                            ? "only \(NumberFormat.duration(seconds: Int64(burn.long.secondsInService))) in service"
                            : ""),
                ]
            })
    }

    var componentTable: TextTable {
        TextTable(
            columns: [.exact("component"), .number("uptime"), .number("bad s"), .number("market s"), .exact("from")],
            rows: components.map { component in
                let tone: Tone = component.badSeconds == nil ? .unknown : .plain
                return [
                    TextTable.Cell(component.component),
                    TextTable.Cell(NumberFormat.percent(component.uptime), tone),
                    TextTable.Cell(NumberFormat.count(component.badSeconds), tone),
                    TextTable.Cell(NumberFormat.count(component.marketSeconds)),
                    TextTable.Cell(component.from.map { Self.shortTime($0) } ?? ""),
                ]
            })
    }

    /// Raw uptime by hour of the exchange's clock.
    var heatMap: HeatMap {
        HeatMap(
            title: "Uptime by hour", columns: (0..<24).map { ($0 < 10 ? "0\($0)" : "\($0)") + ":00" },
            columnsName: "hour of the exchange's clock",
            rows: days.compactMap { day in
                CivilDate(day.date).map { date in
                    HeatMap.Row(
                        date,
                        day.open.indices.map { hour in
                            if day.open[hour] == 0 { return .closed }
                            guard day.inService[hour] > 0 else { return .unknown }
                            return .share(1 - Double(day.bad[hour]) / Double(day.inService[hour]))
                        })
                }
            })
    }

    /// Minutes of the budget that are left at each day's end.
    var burnDown: LinePlot {
        LinePlot(
            title: "Error budget left", positions: .sessions(days.compactMap { CivilDate($0.date) }),
            unit: PlotUnit("min", places: 1),
            series: [
                PlotSeries(
                    "left",
                    days.map { day in
                        guard budgetLeft != nil else { return nil }
                        return day.badSecondsAdjustedSoFar.map { (allowedSeconds - Double($0)) / 60 }
                    })
            ],
            target: LinePlot.Target(allowedSeconds / 60, label: "allowed \(Self.minutes(allowedSeconds))"))
    }

    /// `2026-11-20 16:00:05Z`
    private static func shortTime(_ nanos: UInt64) -> String {
        String(NumberFormat.time(Timestamp(nanos: nanos)).dropLast(4)) + "Z"
    }
}
