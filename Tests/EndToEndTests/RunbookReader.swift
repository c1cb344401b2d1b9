import Foundation
import Testing

/// Does what a page says, as somebody would who was woken by its alert.
struct RunbookReader {
    let folder: Folder

    /// Pages of what is over as it happens, or ends by itself; every other must not look over before anything was done.
    private static let quiet: Set = [
        "promotion", "demotion", "unrouted", "trigger", "correction", "data-quality", "latency", "uptime", "summary",
        "weekly-summary", "test", "channel-down",
    ]

    init(_ folder: Folder) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder.path + "/bin", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/bin/tandem", withDestinationPath: Tandem.binary)
    }

    /// Runs a page's blocks in their order; `repair` is what its sentences ask for besides.
    ///
    /// - Parameter more: what the page takes from the environment besides STATE and SPEC.
    func follow(
        _ name: String, _ state: State, spec: String, more: [String: String] = [:], repair: () throws -> Void = {}
    ) throws {
        var environment = ["STATE": state.path, "SPEC": spec].merging(more) { $1 }
        environment["PATH"] = folder.path + "/bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
        let page = try RunbookPage(name)
        var lasting: [Program] = []
        defer { for program in lasting { program.endGroup() } }
        let firstStep = page.blocks.firstIndex { $0.section == RunbookPage.sections[2] }
        for (number, block) in page.blocks.enumerated() {
            if number == firstStep {
                try expectNotOver(page, environment)
                try repair()
            }
            if block.kind == .byHand { continue }
            if block.kind == .stays {
                lasting.append(try start(block, state, environment))
            } else {
                // How to know it is over may be asked again, as the page's reader does.
                try run(block, of: page, environment, patience: number == page.blocks.count - 1 ? 20 : 0)
            }
        }
    }

    private func begin(_ block: RunbookPage.Block, _ environment: [String: String]) throws -> Program {
        try Program(["sh", "-euc", block.text], environment: environment, in: folder)
    }

    private func expectNotOver(_ page: RunbookPage, _ environment: [String: String]) throws {
        guard !Self.quiet.contains(page.name), let over = page.blocks.last else { return }
        let early = try begin(over, environment).wait()
        #expect(!over.isGiven(by: early), "\(page.name) looks over before anything was done: \(early.output)")
    }

    private func start(_ block: RunbookPage.Block, _ state: State, _ environment: [String: String]) throws -> Program {
        let program = try begin(block, environment)
        try eventually("an operator by \(block.text)") {
            try !program.isRunning || state.status()?["live"]["stage"].string != nil ? true : nil
        }
        #expect(program.isRunning, "\(block.text)\(program.errors.suffix(1000))")
        return program
    }

    private func run(
        _ block: RunbookPage.Block, of page: RunbookPage, _ environment: [String: String], patience seconds: Int
    ) throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        var ended = try begin(block, environment).wait()
        while !block.isGiven(by: ended), ContinuousClock.now < deadline {
            usleep(100_000)
            ended = try begin(block, environment).wait()
        }
        #expect(
            block.isGiven(by: ended),
            """
            \(page.name), \(block.section): expected \(block.code) and \(block.prints), got \(ended.code) from
            \(block.text)\(ended.output.suffix(3000))\(ended.errors.suffix(1000))
            """)
    }
}
