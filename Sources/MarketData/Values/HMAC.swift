extension SHA256 {
    /// HMAC-SHA256 (RFC 2104), 32 bytes, for a key of any length.
    public static func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8] {
        let blockSize = 64
        var block = key
        if block.count > blockSize {
            var hash = SHA256()
            hash.update(block)
            block = hash.digest()
        }
        block += [UInt8](repeating: 0, count: blockSize - block.count)
        var inner = SHA256()
        inner.update(block.map { $0 ^ 0x36 })
        inner.update(message)
        var outer = SHA256()
        outer.update(block.map { $0 ^ 0x5c })
        outer.update(inner.digest())
        return outer.digest()
    }
}
