/// A key that a spec may have: the reader refuses all others, and editors are told what it holds.
struct SpecKey: Sendable {
    let name: String
    /// One line; empty where the name says it.
    let about: String
    let shape: SpecShape
    /// What holds where the key is left out, as a file would say it; nil where nothing does.
    var usual: CanonicalJSON?
    var isRequired = false

    init(
        _ name: String, _ shape: SpecShape, _ about: String, usual: CanonicalJSON? = nil, isRequired: Bool = false
    ) {
        self.name = name
        self.about = about
        self.shape = shape
        self.usual = usual
        self.isRequired = isRequired
    }
}

/// What may stand under a key, as far as JSON Schema can say it; the reader knows more.
indirect enum SpecShape: Sendable {
    /// `pattern`: a regular expression for the whole of it.
    case text(pattern: String?)
    case words([String])
    case integer(ClosedRange<Int>)
    case number(DecimalRange)
    case flag
    /// Exactly this truth value.
    case constant(Bool)
    case list(SpecShape, least: Int = 1, most: Int? = nil)
    case mapping([SpecKey])
    /// A mapping with names of anybody's choice, which match the pattern.
    case named(String, SpecShape)
    case either([SpecShape])

    static let anyText = SpecShape.text(pattern: nil)
    static let duration = SpecShape.text(pattern: "(0|[1-9][0-9]*)(d|h|m|s|ms|us|ns)")
    static let byteCount = SpecShape.text(pattern: "(0|[1-9][0-9]*)(B|KiB|MiB|GiB)")
    static let timeOfDay = SpecShape.text(pattern: "[0-2][0-9]:[0-5][0-9]")
    static let date = SpecShape.text(pattern: "[0-9]{4}-[0-9]{2}-[0-9]{2}")
    static let off = SpecShape.words(["off"])

    /// The keys below, of a mapping or of a list of mappings.
    var keys: [SpecKey] {
        switch self {
        case .mapping(let keys): keys
        case .list(let element, _, _): element.keys
        case .either(let shapes): shapes.flatMap(\.keys)
        case .text, .words, .integer, .number, .flag, .constant, .named: []
        }
    }
}

/// Which decimals of at most six places are allowed, in millionths.
struct DecimalRange: Hashable, Sendable {
    let lower: Int64
    let upper: Int64
    /// Whether the bound itself is outside.
    var excludesLower = false
    var excludesUpper = false

    static func from(_ lower: Int64, to upper: Int64) -> DecimalRange {
        DecimalRange(lower: lower * 1_000_000, upper: upper * 1_000_000)
    }

    static func above(_ lower: Int64, to upper: Int64) -> DecimalRange {
        DecimalRange(lower: lower * 1_000_000, upper: upper * 1_000_000, excludesLower: true)
    }

    /// What is left of an error rate that means something.
    static let alpha = DecimalRange(lower: 0, upper: 500_000, excludesLower: true)
    /// A share that is neither nothing nor all.
    static let share = DecimalRange(lower: 0, upper: 1_000_000, excludesLower: true, excludesUpper: true)

    func contains(_ millionths: Int64) -> Bool {
        let isAbove = excludesLower ? millionths > lower : millionths >= lower
        return isAbove && (excludesUpper ? millionths < upper : millionths <= upper)
    }
}

extension DecimalRange: CustomStringConvertible {
    /// `above 0 and at most 0.5`
    var description: String {
        (excludesLower ? "above " : "from ") + MillionthText.print(lower)
            + (excludesUpper ? " and below " : excludesLower ? " and at most " : " to ") + MillionthText.print(upper)
    }
}

/// Decimals of at most six places. Up to 2^51 millionths, doubles and millionths say the same both ways.
enum MillionthText {
    static func print(_ millionths: Int64) -> String {
        millionths < 0 ? "-" + MoneyText.dollars(-millionths) : MoneyText.dollars(millionths)
    }

    static func double(_ millionths: Int64) -> Double { Double(millionths) / 1e6 }

    /// What no spec can say is held at the ends, so that nothing traps.
    static func millionths(_ value: Double) -> Int64 {
        value.isNaN ? 0 : Int64((min(max(value, -1e12), 1e12) * 1e6).rounded())
    }
}

extension CanonicalJSON {
    /// A number with at most six decimals, from its millionths.
    static func decimal(_ millionths: Int64) -> CanonicalJSON {
        let text = MillionthText.print(millionths)
        return ExactDecimal(text).map(CanonicalJSON.number) ?? .text(text)
    }
}

extension [SpecKey] {
    var names: [String] { map(\.name) }

    /// The keys under one of these; none where there is nothing of the kind.
    subscript(_ name: String) -> [SpecKey] { first { $0.name == name }?.shape.keys ?? [] }
}
