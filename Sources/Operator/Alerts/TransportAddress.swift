internal import CCurl
internal import Glibc

/// A parsed URL, and curl's own handle of it: what was checked is what is used.
final class WebAddress {
    let scheme: String
    /// Whether it names this machine: 127.0.0.0/8, ::1 or `localhost`, which curl never asks a name server for.
    let isLoopback: Bool
    let handle: OpaquePointer

    init(_ text: String) throws(CurlTransport.Refusal) {
        (handle, scheme, isLoopback) = try Self.make([(CURLUPART_URL, text, 0)])
    }

    /// Of a mail server; `path` is what we call ourselves. `host` may be an IPv6 address without brackets.
    init(scheme: String, host: String, port: Int, path: String) throws(CurlTransport.Refusal) {
        let isBare = host.utf8.contains(UInt8(ascii: ":")) && !host.hasPrefix("[")
        (handle, self.scheme, isLoopback) = try Self.make([
            (CURLUPART_SCHEME, scheme, 0), (CURLUPART_HOST, isBare ? "[\(host)]" : host, 0),
            (CURLUPART_PORT, "\(port)", 0), (CURLUPART_PATH, "/" + path, UInt32(CURLU_URLENCODE)),
        ])
    }

    deinit { curl_url_cleanup(handle) }

    private static func make(
        _ parts: [(CURLUPart, String, UInt32)]
    ) throws(CurlTransport.Refusal) -> (OpaquePointer, String, Bool) {
        guard let handle = curl_url() else { throw CurlTransport.Refusal("not sent: out of memory") }
        for (part, text, flags) in parts {
            let isClean = text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
            guard isClean, curl_url_set(handle, part, text, flags) == CURLUE_OK else {
                curl_url_cleanup(handle)
                throw CurlTransport.Refusal("not sent: the address cannot be read (\(name(of: part)))")
            }
        }
        guard let scheme = text(CURLUPART_SCHEME, of: handle), let host = text(CURLUPART_HOST, of: handle) else {
            curl_url_cleanup(handle)
            throw CurlTransport.Refusal("not sent: the address has no host")
        }
        return (handle, scheme.lowercased(), isLoopback(host))
    }

    private static func name(of part: CURLUPart) -> String {
        switch part {
        case CURLUPART_HOST: "host"
        case CURLUPART_PORT: "port"
        case CURLUPART_PATH: "our own name"
        default: "URL"
        }
    }

    private static func text(_ part: CURLUPart, of handle: OpaquePointer) -> String? {
        var pointer: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &pointer, 0) == CURLUE_OK, let pointer else { return nil }
        defer { curl_free(pointer) }
        return String(cString: pointer)
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host.lowercased() == "localhost" { return true }
        var four = in_addr()
        if inet_pton(AF_INET, host, &four) == 1 { return UInt32(bigEndian: four.s_addr) >> 24 == 127 }
        var six = in6_addr()
        guard host.hasPrefix("["), inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &six) == 1 else {
            return false
        }
        return withUnsafeBytes(of: six) { bytes in bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1 }
    }
}
