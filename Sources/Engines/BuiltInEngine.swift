/// The engines that come with the program, by the name on the command line.
public enum BuiltInEngine: String, Sendable, CaseIterable {
    case ifdV1 = "ifd-v1"
    case ifdV3 = "ifd-v3"
    /// A test engine, not listed for users.
    case metronome

    /// What `tandem engine --help` names.
    public static let listed: [BuiltInEngine] = [.ifdV1, .ifdV3]

    public var type: any SignalEngine.Type {
        switch self {
        case .ifdV1: return IFDv1.self
        case .ifdV3: return IFDv3.self
        case .metronome: return Metronome.self
        }
    }

    /// - Parameter configuration: a JSON object; nil for the defaults.
    public func make(configuration: [UInt8]? = nil) throws(ConfigurationError) -> any SignalEngine {
        switch self {
        case .ifdV1: return try IFDv1(configuration: configuration)
        case .ifdV3: return try IFDv3(configuration: configuration)
        case .metronome: return try Metronome(configuration: configuration)
        }
    }
}
