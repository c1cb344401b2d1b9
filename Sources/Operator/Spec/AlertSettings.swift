package import Alerts

/// Who is told of what: the spec's sections `alerts` and `runbooks`. No decision depends on it, and it may change between two
/// runs of one state folder.
package struct AlertSettings: Hashable, Sendable {
    package var terms = AlertTerms()
    package var channels: [ChannelTerms] = []
    /// A program that also gets what no channel took; none when empty.
    package var lastResort: [String] = []
    /// The sections as the file has them, with references in place of secrets.
    var written: [String: CanonicalJSON] = [:]

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
    package func secretProblems(_ store: SecretStore) -> [String] {
        channels.flatMap { channel -> [String] in
            do {
                return channel.problems(with: try store.resolve(channel.kind.secrets))
            } catch {
                return ["channel \(channel.name): \(error)"]
            }
        }
    }
}
