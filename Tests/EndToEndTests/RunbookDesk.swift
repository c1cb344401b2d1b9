import Foundation
import Testing

/// A desk by the clock whose engines and sink fail while a file says so.
struct RunbookDesk {
    let folder: Folder
    let state: State
    let spec: String

    init(_ folder: Folder) throws {
        self.folder = folder
        state = State(folder)
        let beats = try folder.write("beats.yaml", "interval_ms: 1200\nhorizon_s: 1\n")
        let engine = try folder.write(
            "engine.sh",
            """
            run() { exec '\(Tandem.binary)' engine metronome --config '\(beats)'; }
            if test -e '\(folder.path)'/$1-dies; then echo "out of order" >&2; exit 1; fi
            if test -e '\(folder.path)'/$1-raves; then run | awk '{ print } NR == 20 { print "no message" } { fflush() }'; fi
            run
            """)
        let sink = try folder.write(
            "sink.sh",
            """
            while read -r line; do
                if test -e '\(folder.path)/sink-dies'; then exit 1; fi
                line=${line#*\\"seq\\":}
                echo "${line%%[!0-9]*}"
            done
            """)
        var spec = Spec.beats(1200)
        spec.files = [try Sessions.load(records: 600_000, seconds: 36_000)]
        spec.baseline = .command(["sh", engine, "baseline"])
        spec.candidate = .command(["sh", engine, "candidate"])
        spec.sinks = ["{name: desk, exec: [sh, \(sink)]}"]
        self.spec = try spec.write(in: folder)
        _ = try folder.start(["run", self.spec, "--state", state.path, "--speed", "20", "--stage", "canary"])
        try state.waitUntilReady()
    }

    private func raise(_ name: String) throws { try folder.write(name, "") }
    private func lower(_ name: String) throws {
        guard FileManager.default.fileExists(atPath: folder.path + "/" + name) else { return }
        try FileManager.default.removeItem(atPath: folder.path + "/" + name)
    }

    private func end(_ arm: String, by signal: Int32 = SIGKILL) throws {
        if let pid = try state.engine(arm)?["pid"].int { kill(pid_t(pid), signal) }
    }

    /// Makes the emergency of a page.
    func happen(_ name: String) throws {
        switch name {
        case "candidate-down", "baseline-down":
            let arm = String(name.dropLast(5))
            try raise(arm + "-dies")
            try end(arm)
            try eventually("\(arm) down") { try state.engine(arm)?["health"].string != "ready" ? true : nil }
        case "engines-down":
            for arm in ["baseline", "candidate"] {
                try raise(arm + "-dies")
                try end(arm)
            }
            try eventually("both down") {
                try state.status()?["live"]["engines"].list.contains { $0["health"].string == "ready" } == false
                    ? true : nil
            }
        case "errors":
            try raise("candidate-raves")
            try end("candidate")
            try eventually("a complaint") {
                try state.number("SELECT count(*) FROM journal WHERE kind = 'complaint'") > 0 ? true : nil
            }
        case "sink-down":
            try raise("sink-dies")
            try eventually("entries that wait") {
                let live = try state.status()?["live"]
                return (live?["seq"].int ?? 0) >= (live?["sinks"]["desk"].int ?? 0) + 5 ? true : nil
            }
        case "kill":
            try folder.write("s/KILL", "")
            try eventually("the switch") { try state.status()?["live"]["kill"].bool == true ? true : nil }
        case "wrong-promotion": try state.change("promote", "--to", "full").expect(0)
        case "latency":
            try end("baseline", by: SIGSTOP)
            usleep(600_000)
            try end("baseline", by: SIGCONT)
            try eventually("a verdict on latency") {
                try state.number("SELECT count(*) FROM journal WHERE kind = 'monitor' AND reason LIKE 'latency%'") > 0
                    ? true : nil
            }
        default: return
        }
    }

    /// What a person puts right who follows the page.
    func repair(_ name: String) throws {
        for part in ["baseline-dies", "candidate-dies", "candidate-raves", "sink-dies"] { try lower(part) }
    }
}
