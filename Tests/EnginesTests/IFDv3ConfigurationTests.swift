import Engines
import Foundation
import Testing

@Suite struct IFDv3ConfigurationTests {
    private func problems(_ text: String) -> [String] {
        do throws(ConfigurationError) {
            _ = try IFDv3(configuration: Array(text.utf8))
            return []
        } catch {
            return error.problems
        }
    }

    /// A line of the file: its section, empty at the top, its key, and its value as JSON; nil for the head of a section.
    private struct Line {
        let section: String
        let key: String
        let value: String?

        var json: String {
            let member = "\"\(key)\": \(value ?? "{}")"
            return section.isEmpty ? "{\(member)}" : "{\"\(section)\": {\(member)}}"
        }
    }

    private func production() throws -> [Line] {
        let path = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("rollout/engines/ifd-v3/production.yaml")
        var section = ""
        return try String(contentsOf: path, encoding: .utf8).split(separator: "\n").compactMap { line in
            let text = line.prefix { $0 != "#" }
            guard let colon = text.firstIndex(of: ":") else { return nil }
            let key = text[..<colon].trimmingCharacters(in: .whitespaces)
            let value = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            let isInside = text.first == " "
            if !isInside { section = value.isEmpty ? key : "" }
            return Line(section: isInside ? section : "", key: key, value: value.isEmpty ? nil : json(value))
        }
    }

    private func json(_ value: String) -> String {
        if value.first == "[" {
            let items = value.dropFirst().dropLast().split(separator: ",")
            return "[\(items.map { json($0.trimmingCharacters(in: .whitespaces)) }.joined(separator: ","))]"
        }
        return value == "true" || value == "false" || Double(value) != nil ? value : "\"\(value)\""
    }

    @Test func everyLineOfProductionIsTheDefault() throws {
        let standard = try IFDv3().version
        #expect(standard == "3.0.0")
        let lines = try production()
        #expect(lines.count > 30)
        for line in lines {
            #expect(problems(line.json).isEmpty, "\(line.json)")
            #expect(try IFDv3(configuration: Array(line.json.utf8)).version == standard, "\(line.json)")
        }
    }

    /// Every parameter stands in the file, so that whoever looks for one finds it.
    @Test func productionNamesEveryParameter() throws {
        let lines = try production()
        for section in Set(lines.map(\.section)) {
            let text = section.isEmpty ? #"{"?": 1}"# : "{\"\(section)\": {\"?\": 1}}"
            let known = try #require(problems(text).first?.split(separator: "known are ").last)
            let named = lines.filter { $0.section == section }.map(\.key).sorted()
            #expect(named.joined(separator: ", ") == known, "\(section)")
        }
    }

    @Test func allProblemsAreToldAtOnce() {
        let text = #"""
            {"universe": ["bonds"], "min_total_volume": 0, "least_volume": 500, "full_volume": 400,
             "pressure": {"smoothing_volume": 0, "speed": 1}, "baselines": {"calendar": "mars", "prior_windows": "few"},
             "market_making": {"max_probability": 2}, "coordination": {"reach_points": 0}, "reject_volatility_crush": 1,
             "weights": {"pressure": 0, "baseline": 0, "not_market_making": 0, "coordination": 0},
             "confidence_thresholds": {"high": 0.95}, "k_target": -1, "colour": "red"}
            """#
        let found = problems(text)
        let names = [
            "universe ", "min_total_volume ", "full_volume ", "pressure.smoothing_volume ", "pressure.speed ",
            "baselines.calendar ", "baselines.prior_windows ", "market_making.max_probability ",
            "coordination.reach_points ", "reject_volatility_crush ", "one of weights ", "confidence_thresholds ",
            "k_target ", "colour ",
        ]
        #expect(found.count == names.count, "\(found)")
        for name in names { #expect(found.count { $0.hasPrefix(name) } == 1, "\(name)") }
    }

    /// Evidence belongs to one version.
    @Test func aChangedParameterIsAnotherVersion() throws {
        func version(_ text: String) throws -> String { try IFDv3(configuration: Array(text.utf8)).version }
        var versions: Set<String> = [try version("{}")]
        let changes = [
            #"{"min_total_volume": 21}"#, #"{"min_total_volume": 22}"#, #"{"universe": ["options"]}"#,
            #"{"pressure": {"smoothing_volume": 11}}"#, #"{"baselines": {"lookback_sessions": 21}}"#,
            #"{"baselines": {"calendar": "24x7"}}"#, #"{"market_making": {"max_probability": 0.31}}"#,
            #"{"coordination": {"concentration": 1.3}}"#, #"{"reject_volatility_crush": false}"#,
            #"{"weights": {"pressure": 0.5}}"#, #"{"confidence_thresholds": {"high": 0.71}}"#, #"{"horizon_s": 1801}"#,
        ]
        for change in changes {
            let changed = try version(change)
            #expect(changed.hasPrefix("3.0.0+") && changed.utf8.count == 14)
            #expect(versions.insert(changed).inserted, "\(change)")
        }
        #expect(try version(#"{ "min_total_volume" : 21, "k_stop": 1 }"#) == version(#"{"min_total_volume": 21}"#))
    }
}
