package import Alerts

/// Who is told of what: the spec's sections `alerts` and `runbooks`. No decision depends on it, and it may change between two
/// runs of one state folder.
package struct AlertSettings: Hashable, Sendable {
    package var terms = AlertTerms()
    package var channels: [ChannelTerms] = []
    /// A program that also gets what no channel took; none when empty.
    package var lastResort: [String] = []

    package init() {}

    /// As a state folder's spec has them; nobody is told where it says nothing.
    package init(storedIn canonicalSpec: [UInt8], path: String) throws(SpecProblems) {
        self.init()
        guard let spec = try? CanonicalJSON.read(canonicalSpec, maxDepth: 2 * YAMLDocument.maxDepth),
            case .object(let members) = spec
        else { throw SpecProblems([SpecProblem(file: path, line: 1, message: "it is no stored spec")], file: path) }
        let sections = CanonicalJSON.object(members.filter { SpecReader.alertKeys.contains($0.key) })
        let document = YAMLDocument(sections.text, file: path)
        var reader = SpecReader(file: path, problems: document.problems)
        if let root = document.root,
            let top = reader.section(root, path: "", line: 1, allowed: SpecReader.alertKeys)
        {
            self = reader.alerts(of: top)
        }
        guard reader.problems.isEmpty else { throw SpecProblems(reader.problems, file: path) }
    }

    /// What routing has to know of the channels.
    mutating func addChannels() {
        terms.channels = channels.map(\.name)
        for channel in channels {
            if channel.kind.hasRecipients { terms.recipients[channel.name] = channel.recipients }
            guard channel.kind.canReconcile else { continue }
            terms.limits[channel.name, default: ChannelLimits()].canReconcile = true
        }
    }

    /// What keeps channels from sending: secrets that are not there, or cannot be what they are for.
    package func secretProblems(_ store: SecretStore) -> [String] { channels.flatMap { $0.secretProblems(store) } }
}

extension ChannelTerms {
    /// One sentence each, which names the channel.
    ///
    /// - Parameter startsPrograms: without, a secret that a program prints is taken for granted.
    func secretProblems(_ store: SecretStore, startsPrograms: Bool = true) -> [String] {
        let looked = kind.secrets.filter { startsPrograms || !$0.isProgram }
        var problems: [String] = []
        for reference in looked {
            do {
                _ = try store.value(of: reference)
            } catch {
                let problem = "channel \(name): \(error)"
                if !problems.contains(problem) { problems.append(problem) }
            }
        }
        guard problems.isEmpty, looked.count == kind.secrets.count else { return problems }
        do {
            return self.problems(with: try store.resolve(looked))
        } catch {
            return ["channel \(name): \(error)"]
        }
    }

    /// What a message says of this channel, where its key stands before it.
    func withoutName(_ problem: String) -> String {
        let start = "channel \(name): "
        return problem.hasPrefix(start) ? String(problem.dropFirst(start.count)) : problem
    }
}

extension SecretReference {
    fileprivate var isProgram: Bool {
        if case .program = self { true } else { false }
    }
}
