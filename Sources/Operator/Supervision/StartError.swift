package import Signals

/// Why an operator does not start.
package enum StartError: Error, Sendable, CustomStringConvertible {
    case noInput(spec: String)
    case missingInput(path: String)
    case differentMode(path: String, was: String)
    case differentStage(path: String, was: String)
    case judgesNoTime(path: String)
    case engine(Arm, reason: String)
    case spec(path: String)
    case alerts([String])

    package var description: String {
        switch self {
        case .noInput(let spec):
            return
                "\(spec) names no feed.files; name files with --input, or make some with `tandem generate --out session.dbn.zst`"
        case .missingInput(let path):
            return
                "there is no file \(path); `make run` makes the one the demo spec names, `tandem generate --out \(path)` any other"
        case .differentMode(let path, let was):
            return
                "the state folder \(path) belongs to a run in \(was) mode; go on with the same --speed, or use another --state"
        case .differentStage(let path, let was):
            return
                "the state folder \(path) belongs to a run that started in \(was); leave --stage away, or use another --state"
        case .judgesNoTime(let path):
            return
                "the state folder \(path) belongs to a run that does not judge time; leave --judge-time away, or use another --state"
        case .alerts(let problems):
            return "alerts cannot be sent: " + problems.joined(separator: "; ")
        case .spec(let path): return "\(path) describes no rollout"
        case .engine(let arm, let reason): return "cannot start the \(arm.rawValue) engine: \(reason)"
        }
    }
}
