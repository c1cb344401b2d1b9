internal import ArgumentParser
internal import Engines
internal import Feeds
internal import Foundation
internal import MarketData
internal import Monitors
internal import Operator

/// Ends the program with a code after everything was said.
struct Quit: Error {
    let code: Int32
}

/// A failure in one sentence, with its exit code.
struct Failure: Error, CustomStringConvertible {
    let code: Int32
    let description: String

    init(_ code: Int32, _ description: String) {
        self.code = code
        self.description = description
    }
}

/// The exit codes of every verb.
enum FailureCode {
    static let `internal`: Int32 = 1
    static let usage: Int32 = 2
    static let notFound: Int32 = 3
    static let precondition: Int32 = 4
    static let degraded: Int32 = 5
    static let held: Int32 = 6
    static let timedOut: Int32 = 7
    static let unreachable: Int32 = 8
    static let badData: Int32 = 9

    /// Nil for what the argument parser itself reports.
    static func of(_ error: any Error) -> Int32? {
        switch error {
        case let failure as Failure: return failure.code
        case is SpecProblems, is ActionsProblem: return usage
        case let error as FeedError: return code(error)
        case is DBNError, is Divergence: return badData
        case is CalendarError, is ConfigurationError: return usage
        case let error as JudgeRunError:
            switch error {
            case .labels: return badData
            case .noLabels, .noFiles: return notFound
            case .stopped: return 130
            }
        case let error as JournalError: return code(error)
        case let error as BudgetError: return code(error)
        case is BudgetStop: return precondition
        case let error as UptimeError: return code(error)
        case let error as RunFailure: return code(error)
        case let error as StartError: return code(error)
        case let error as StateFolderError:
            if case .socketPathTooLong = error { return usage }
            return precondition
        case is StateLockError: return precondition
        case let error as ControlError:
            if case .cannotListen = error { return precondition }
            return unreachable
        case is ExitCode, is ValidationError, is CleanExit: return nil
        default:
            // The parser's own errors carry a code of its own; everything else is ours.
            return String(reflecting: type(of: error)).hasPrefix("ArgumentParser.") ? nil : `internal`
        }
    }

    private static func code(_ error: FeedError) -> Int32 {
        switch error {
        case .cannotOpen: return notFound
        case .cannotRead: return `internal`
        case .damaged, .calendar: return badData
        }
    }

    private static func code(_ error: BudgetError) -> Int32 {
        switch error {
        case .badLine, .overflow: badData
        case .conflict, .closedReservation, .unknownReservation: precondition
        default: usage
        }
    }

    private static func code(_ error: UptimeError) -> Int32 {
        switch error {
        case .badLine: badData
        case .unknownTarget: notFound
        case .duplicate, .superseded, .withdrawn: precondition
        case .badText, .calendar: usage
        }
    }

    private static func code(_ error: JournalError) -> Int32 {
        switch error {
        case .notFound: return notFound
        case .newer, .damaged: return badData
        case .cannotOpen, .notDurable: return precondition
        case .failed: return `internal`
        }
    }

    private static func code(_ error: RunFailure) -> Int32 {
        switch error {
        case .feed(let error): return code(error)
        case .hung: return timedOut
        case .badConfiguration: return usage
        case .journalLonger: return badData
        }
    }

    private static func code(_ error: StartError) -> Int32 {
        switch error {
        case .noInput, .engine, .spec, .alerts: return usage
        case .missingInput: return notFound
        case .differentMode, .differentStage, .judgesNoTime: return precondition
        }
    }
}
