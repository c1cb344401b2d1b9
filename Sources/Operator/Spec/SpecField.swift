/// A key that fills one property of `Root`: read, printed in the one spelling, and described to editors from one row.
struct SpecField<Root>: Sendable {
    let name: String
    let about: String
    /// Defaults in it are those of the root; nil: there are none.
    let shape: @Sendable (_ usual: Root?) -> SpecShape
    /// For a key that is there.
    let read: @Sendable (inout SpecReader, SpecSection, inout Root) -> Void
    /// Nil: it says nothing of its own.
    let print: @Sendable (Root) -> CanonicalJSON?
    /// Without a default; a problem where it is missing and nothing stood there before.
    var isRequired = false

    func key(of usual: Root?) -> SpecKey {
        let value = usual.flatMap(print)
        // The keys of a section have their own.
        if case .object? = value { return SpecKey(name, shape(usual), about) }
        return SpecKey(name, shape(usual), about, usual: value)
    }
}

/// One kind of value: what it looks like, how it is read with a fallback for what is wrong, and how it is printed.
struct SpecValue<Value: Sendable>: Sendable {
    let shape: SpecShape
    /// For messages where there is no default.
    let sample: Value
    /// The last text is what may stand there besides: ` or off`.
    let read: @Sendable (inout SpecReader, _ key: String, SpecSection, _ usual: Value, _ also: String) -> Value
    let print: @Sendable (Value) -> CanonicalJSON
}

extension SpecField {
    static func value<Value: Sendable>(
        _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ value: SpecValue<Value>, _ about: String
    ) -> SpecField {
        SpecField(
            name: name, about: about, shape: { _ in value.shape },
            read: { reader, section, root in
                root[keyPath: path] = value.read(&reader, name, section, root[keyPath: path], "")
            },
            print: { value.print($0[keyPath: path]) })
    }

    /// `off` is nil.
    static func optional<Value: Sendable>(
        _ name: String, _ path: any WritableKeyPath<Root, Value?> & Sendable, _ value: SpecValue<Value>, _ about: String
    ) -> SpecField {
        SpecField(
            name: name, about: about, shape: { _ in .either([value.shape, .off]) },
            read: { reader, section, root in
                guard !section.isOff(name) else {
                    root[keyPath: path] = nil
                    return
                }
                let usual = root[keyPath: path] ?? value.sample
                let problems = reader.problems.count
                let found = value.read(&reader, name, section, usual, " or off")
                if reader.problems.count == problems { root[keyPath: path] = found }
            },
            print: { $0[keyPath: path].map(value.print) ?? .text("off") })
    }

    static func section<Part: Sendable>(
        _ name: String, _ path: any WritableKeyPath<Root, Part> & Sendable, _ about: String, _ fields: [SpecField<Part>]
    ) -> SpecField {
        SpecField(
            name: name, about: about, shape: { root in .mapping(fields.map { $0.key(of: root?[keyPath: path]) }) },
            read: { reader, section, root in
                guard let part = reader.section(name, of: section, allowed: fields.map(\.name)) else { return }
                reader.read(fields, of: part, into: &root[keyPath: path])
            },
            print: { root in .object(fields.printed(root[keyPath: path])) })
    }

    /// `off` is nil. Where it is off unless given, its required fields must all be given.
    static func optionalSection<Part: Sendable>(
        _ name: String, _ path: any WritableKeyPath<Root, Part?> & Sendable, fresh: Part, _ about: String,
        _ fields: [SpecField<Part>]
    ) -> SpecField {
        SpecField(
            name: name, about: about,
            shape: { root in
                let usual = root.flatMap { $0[keyPath: path] }
                let keys = fields.map { field in
                    var key = field.key(of: usual ?? fresh)
                    if usual == nil, field.isRequired { (key.usual, key.isRequired) = (nil, true) }
                    return key
                }
                return .either([.mapping(keys), .off])
            },
            read: { reader, section, root in
                guard !section.isOff(name) else {
                    root[keyPath: path] = nil
                    return
                }
                let names = fields.map(\.name)
                guard let part = reader.section(name, of: section, allowed: names, also: " or off") else { return }
                let missing = root[keyPath: path] == nil ? fields.filter { $0.isRequired && !part.has($0.name) } : []
                for field in missing { reader.missing(field.name, of: part) }
                var value = root[keyPath: path] ?? fresh
                reader.read(fields, of: part, into: &value)
                if missing.isEmpty { root[keyPath: path] = value }
            },
            print: { root in root[keyPath: path].map { .object(fields.printed($0)) } ?? .text("off") })
    }

    /// A word that can be no other.
    static func fixed(_ name: String, _ word: String, _ about: String) -> SpecField {
        SpecField(
            name: name, about: about, shape: { _ in .words([word]) },
            read: { reader, section, _ in
                guard let text = reader.text(name, of: section, expected: word), text != word else { return }
                reader.mismatch(name, of: section, expected: word)
            },
            print: { _ in .text(word) })
    }

    var required: SpecField {
        var field = self
        field.isRequired = true
        return field
    }
}

extension SpecReader {
    mutating func read<Root>(_ fields: [SpecField<Root>], of section: SpecSection, into root: inout Root) {
        for field in fields where section.has(field.name) { field.read(&self, section, &root) }
    }
}

extension Array {
    func printed<Root>(_ root: Root) -> [String: CanonicalJSON] where Element == SpecField<Root> {
        var members: [String: CanonicalJSON] = [:]
        for field in self { members[field.name] = field.print(root) }
        return members
    }

    func keys<Root>(of usual: Root?) -> [SpecKey] where Element == SpecField<Root> { map { $0.key(of: usual) } }
}

extension SpecSection {
    /// `off`, which YAML 1.1 would take for a truth value and a spec never does.
    fileprivate func isOff(_ key: String) -> Bool {
        guard case .scalar("off", _)? = entries[key]?.value.content else { return false }
        return true
    }
}
