/// What addresses of providers look like.
enum ChannelAddress {
    /// E.164: `+`, no zero, up to 15 digits.
    static func isPhoneNumber(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return (3...16).contains(bytes.count) && bytes[0] == UInt8(ascii: "+") && bytes[1] != UInt8(ascii: "0")
            && bytes[1...].allSatisfy(isDigit)
    }

    /// A SID of Twilio: a prefix and 32 hex digits.
    static func isSID(_ text: String, _ prefixes: String...) -> Bool {
        prefixes.contains { prefix in
            text.utf8.count == prefix.utf8.count + 32 && text.utf8.starts(with: prefix.utf8)
                && text.utf8.dropFirst(prefix.utf8.count).allSatisfy {
                    isDigit($0) || (97...102).contains($0) || (65...70).contains($0)
                }
        }
    }

    /// A number, a short code of 3 to 8 digits, or up to eleven letters, digits and spaces with one letter at least.
    static func isSMSSender(_ text: String) -> Bool {
        if isPhoneNumber(text) { return true }
        let bytes = Array(text.utf8)
        if bytes.allSatisfy(isDigit) { return (3...8).contains(bytes.count) }
        return (1...11).contains(bytes.count) && bytes.first != 32 && bytes.last != 32
            && bytes.allSatisfy { ChannelText.isLetterOrDigit($0) || $0 == 32 }
    }

    /// An ID of a channel, a group or a direct conversation, or `#name`.
    static func isSlackChannel(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        if bytes.first == UInt8(ascii: "#") {
            return (2...81).contains(bytes.count)
                && bytes.dropFirst().allSatisfy {
                    isDigit($0) || (97...122).contains($0) || [45, 46, 95].contains($0)
                }
        }
        return (9...32).contains(bytes.count) && "CGD".utf8.contains(bytes[0])
            && bytes.allSatisfy { isDigit($0) || (65...90).contains($0) }
    }

    /// A dot-atom, `@` and a host name (RFC 5321, without quoting and address literals), at most 254 bytes.
    static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, (1...64).contains(parts[0].utf8.count) else { return false }
        let isAtom = parts[0].split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty
                && atom.utf8.allSatisfy { ChannelText.isLetterOrDigit($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
        }
        return isAtom && isHostName(String(parts[1]))
    }

    static func isHostName(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.utf8.first != 45 && label.utf8.last != 45
                    && label.utf8.allSatisfy { ChannelText.isLetterOrDigit($0) || $0 == 45 }
            }
    }

    /// An absolute URL in printable ASCII without user and password; unencrypted only to this machine, unless
    /// `allowsPlain`.
    static func isURL(_ text: String, allowsPlain: Bool = false) -> Bool {
        guard text.utf8.count <= 2048, text.utf8.allSatisfy({ (33...126).contains($0) }) else { return false }
        let isPlain = text.hasPrefix("http://")
        guard isPlain || text.hasPrefix("https://") else { return false }
        let rest = text.dropFirst(isPlain ? 7 : 8)
        let authority = rest.prefix { !"/?#".contains($0) }
        guard !authority.isEmpty, !authority.contains("@") else { return false }
        return !isPlain || allowsPlain || isLocal(host(of: authority))
    }

    static func isLocal(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host == "[::1]"
            || (host.hasPrefix("127.") && host.utf8.allSatisfy { isDigit($0) || $0 == 46 })
    }

    private static func host(of authority: Substring) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return String(authority[...end]) }
        return String(authority.prefix { $0 != ":" })
    }

    /// The bytes of a Standard Webhooks secret: `whsec_` and base64 of 24 to 64 bytes.
    static func webhookKey(_ text: String) -> [UInt8]? {
        guard text.hasPrefix("whsec_"), let key = Base64.decode(String(text.dropFirst(6))),
            (24...64).contains(key.count)
        else { return nil }
        return key
    }

    static func isRoutingKey(_ text: String) -> Bool {
        text.utf8.count == 32 && text.utf8.allSatisfy(ChannelText.isLetterOrDigit)
    }

    /// What can stand in a header as a token.
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (33...126).contains($0) }
    }

    static func isPassword(_ text: String) -> Bool {
        !text.isEmpty && text.unicodeScalars.allSatisfy { !ChannelText.isControl($0) }
    }

    static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
