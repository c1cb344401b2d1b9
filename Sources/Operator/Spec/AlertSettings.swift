package import Alerts

/// Who is told of what: the spec's `alerts` section.
package struct AlertSettings: Hashable, Sendable {
    package var terms = AlertTerms()
    package var channels: [ChannelTerms] = []
    /// A program that also gets what no channel took; none when empty.
    package var lastResort: [String] = []

    package init() {}
}

extension AlertSettings {
    package init(storedIn bytes: [UInt8], path: String) throws { self.init() }
}
