import Alerts
import Foundation
import Testing

/// What an alert names as its runbook is there.
@Suite struct RunbookPagesTests {
    private static let pages: Set<String> = {
        let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("runbooks")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return Set(files.filter { $0.hasSuffix(".md") && $0 != "README.md" }.map { String($0.dropLast(3)) })
    }()

    @Test(arguments: AlertCause.allCases) func everyCauseHasItsPage(cause: AlertCause) {
        #expect(Self.pages.contains(cause.rawValue), "runbooks/\(cause.rawValue).md")
    }

    /// Emergencies that no alert tells of.
    @Test func otherPagesAreEmergencies() {
        #expect(
            Self.pages.subtracting(AlertCause.allCases.map(\.rawValue))
                == ["rollback-by-hand", "restore-from-backup", "wrong-promotion", "month-end"])
    }
}
