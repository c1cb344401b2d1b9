/// Takes secrets out of what providers and programs answer, before anybody sees it.
struct SecretScrubber {
    static let mark = "<secret>"
    /// Longest first, lower case: a provider may write a host name in another case.
    private let needles: [[UInt8]]
    private let masksPhoneNumbers: Bool

    init(_ secrets: ResolvedSecrets, user: String?, masksPhoneNumbers: Bool) {
        var texts: Set<String> = []
        for secret in secrets.all where !secret.isEmpty {
            texts.insert(secret)
            // Basic authentication.
            if let user { texts.insert(Base64.encode(Array("\(user):\(secret)".utf8))) }
            texts.insert(Base64.encode(Array(secret.utf8)))
            // In PLAIN of SMTP, and as a parameter.
            if let user { texts.insert(Base64.encode(Array("\0\(user)\0\(secret)".utf8))) }
            texts.insert(String(FormText.encode([("", secret)]).dropFirst()))
            texts.insert(secret.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "\\/"))
            if secret.hasPrefix("whsec_") { texts.insert(String(secret.dropFirst(6))) }
            // Of a secret URL what comes after the host, and each part that is long enough to be the secret.
            if let scheme = secret.firstRange(of: "://") {
                let rest = secret[scheme.upperBound...]
                let path = rest.drop { $0 != "/" && $0 != "?" }
                texts.formUnion(path.split { "/?&=#".contains($0) }.filter { $0.utf8.count >= 6 }.map(String.init))
                if path.utf8.count >= 6 { texts.insert(String(path)) }
            }
        }
        needles = texts.filter { !$0.isEmpty }.map { Self.lowercased(Array($0.utf8)) }.sorted {
            $0.count != $1.count ? $0.count > $1.count : $0.lexicographicallyPrecedes($1)
        }
        self.masksPhoneNumbers = masksPhoneNumbers
    }

    /// At most `limit` printable characters of `bytes`.
    func shown(_ bytes: [UInt8], limit: Int) -> String {
        // Before, so that nothing that cleaning changes hides a secret; after, because cleaning may join one.
        let cleaned = ChannelText.line(String(decoding: scrub(bytes), as: UTF8.self), .max)
        var text = String(decoding: scrub(Array(cleaned.utf8)), as: UTF8.self)
        if masksPhoneNumbers { text = Self.masked(text) }
        return ChannelText.clip(text, limit)
    }

    private func scrub(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for needle in needles {
            let folded = Self.lowercased(bytes)
            var result: [UInt8] = []
            var place = 0
            while place < bytes.count {
                // An answer is kept in part: it may end inside a secret.
                let rest = folded[place...]
                let isWhole = rest.starts(with: needle)
                if isWhole || (rest.count >= 4 && rest.count < needle.count && needle.starts(with: rest)) {
                    result += Self.mark.utf8
                    place += min(needle.count, rest.count)
                } else {
                    result.append(bytes[place])
                    place += 1
                }
            }
            bytes = result
        }
        return bytes
    }

    private static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { (65...90).contains($0) ? $0 + 32 : $0 }
    }

    /// `*` for all digits but the last two of what may be a phone number: seven or more, with at most two other signs
    /// between two of them.
    static func masked(_ text: String) -> String {
        var bytes = Array(text.utf8)
        var place = 0
        while place < bytes.count {
            guard ChannelAddress.isDigit(bytes[place]) else {
                place += 1
                continue
            }
            var digits = [place]
            var next = place + 1
            while next < bytes.count, let last = digits.last, next - last <= 3 {
                if ChannelAddress.isDigit(bytes[next]) {
                    digits.append(next)
                } else if !" -.()/".utf8.contains(bytes[next]) {
                    break
                }
                next += 1
            }
            if digits.count >= 7 {
                for digit in digits.dropLast(2) { bytes[digit] = UInt8(ascii: "*") }
            }
            place = (digits.last ?? place) + 1
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
