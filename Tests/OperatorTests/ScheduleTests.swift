import Foundation
import Rollout
import Testing

@testable import Operator

@Suite struct ScheduleTests {
    private func file(_ text: String) throws -> String {
        let path = NSTemporaryDirectory() + "/actions-\(UUID().uuidString).jsonl"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func actionsComeDueAtTheirIndexOrFirstMarkPastTheirTime() throws {
        var schedule = try Schedule.read(
            path: try file(
                """
                {"at_ts": 100, "verb": "promote", "to": "canary", "reason": "a"}

                {"at_index": 7, "verb": "rollback", "reason": "b"}
                """))
        #expect(schedule.due(through: 6).isEmpty)
        schedule.resolve(time: 99, index: 10)
        schedule.resolve(time: 105, index: 20)
        let due = schedule.due(through: 30)
        #expect(due.map(\.index) == [20, 7])
        #expect(schedule.isEmpty)
    }

    @Test(arguments: [
        ("{\"verb\": \"promote\"}", ":1: exactly one of \"at_index\" and \"at_ts\" is needed"),
        (
            "{\"at_index\": 1, \"at_ts\": 2, \"verb\": \"promote\"}",
            ":1: exactly one of \"at_index\" and \"at_ts\" is needed"
        ),
        (
            "{\"at_index\": 1, \"verb\": \"jump\"}",
            ":1: \"verb\" must be one of promote, rollback, pause, resume, approve"
        ),
        (
            "\n{\"at_index\": 1, \"verb\": \"promote\", \"to\": \"top\"}",
            ":2: \"to\" must be one of shadow, canary, limited, full"
        ),
        ("nonsense", ":1: not a JSON object"),
        (
            "{\"at_index\": 1, \"verb\": \"pause\", \"why\": \"x\"}",
            ":1: \"why\" is unknown; allowed are at_index, at_ts, reason, to, verb"
        ),
    ])
    func aBadLineIsNamedWithWhatIsAllowed(_ text: String, _ message: String) throws {
        let path = try file(text)
        do {
            _ = try Schedule.read(path: path)
            Issue.record("it was taken")
        } catch {
            #expect(error.description == path + message)
        }
    }
}
