internal import Alerts
internal import CCurl
internal import Glibc

/// One exchange of libcurl: its handle, what it points to, and what its callbacks gather. Used once, by one thread.
final class CurlTransfer {
    var isMail = false
    /// TLS before the first byte of the protocol.
    var isSecureFromStart = false
    var total = Duration.zero
    /// Bytes of the answer's body that are kept.
    var answerLimit = CurlTransport.keptBodyBytes
    /// Whether it connects to globally reachable addresses only.
    var isPublicOnly = false

    private let curl: UnsafeMutableRawPointer
    private var address: WebAddress?
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    /// The first option that this libcurl did not take.
    private var untaken: CURLoption?
    private var isClosed = false

    private var upload: [UInt8] = []
    private var uploadedBytes = 0
    /// Whether curl asked for the message: until then the server cannot have a byte of it.
    private var isUploadBegun = false
    private var reply = ReplyText()
    private var body: [UInt8] = []
    private var isBodyCut = false
    private var retryAfter: String?
    /// Addresses that it was asked to connect to, and did not or did.
    private var (refusedAddresses, triedAddresses) = (0, 0)

    /// Done once for the process, before any handle. A write into a connection that the server closed must fail, not kill the
    /// operator: with CURLOPT_NOSIGNAL curl leaves SIGPIPE to us. Children get the default back (`Spawner`).
    private static let library: CURLcode = {
        _ = signal(SIGPIPE, SIG_IGN)
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    }()

    init() throws(CurlTransport.Refusal) {
        guard Self.library == CURLE_OK, let curl = curl_easy_init() else {
            throw CurlTransport.Refusal("not sent: libcurl does not start")
        }
        self.curl = curl
    }

    deinit { close() }

    /// Says farewell to a mail server and frees everything. Its answer is not waited for: a server that hangs there would cost the whole
    /// time-out once more.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        if isMail {
            var socket: curl_socket_t = -1
            if tandem_curl_get_socket(curl, &socket) == CURLE_OK, socket >= 0 { shutdown(socket, Int32(SHUT_RD)) }
        }
        curl_easy_cleanup(curl)
        for list in lists { curl_slist_free_all(list) }
    }

    // MARK: What to do

    private func note(_ code: CURLcode, _ option: CURLoption) {
        if code != CURLE_OK, untaken == nil { untaken = option }
    }

    func set(_ option: CURLoption, _ value: Int) { note(tandem_curl_set_long(curl, option, value), option) }

    func set(_ option: CURLoption, _ text: String?) { note(tandem_curl_set_text(curl, option, text), option) }

    func set(_ option: CURLoption, list texts: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for text in texts {
            guard let longer = curl_slist_append(list, text) else { return note(CURLE_OUT_OF_MEMORY, option) }
            list = longer
        }
        if let list { lists.append(list) }
        note(tandem_curl_set_pointer(curl, option, list), option)
    }

    func setAddress(_ address: WebAddress) {
        self.address = address
        note(tandem_curl_set_pointer(curl, CURLOPT_CURLU, UnsafeRawPointer(address.handle)), CURLOPT_CURLU)
    }

    /// The body of an HTTP request.
    func setBody(_ bytes: [UInt8]) {
        note(
            tandem_curl_set_size(curl, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)),
            CURLOPT_POSTFIELDSIZE_LARGE)
        // curl copies as many as were named before; without a byte it still wants a pointer.
        (bytes + [0]).withUnsafeBytes {
            note(tandem_curl_set_pointer(curl, CURLOPT_COPYPOSTFIELDS, $0.baseAddress), CURLOPT_COPYPOSTFIELDS)
        }
    }

    /// A mail, with lines ended by CRLF; curl doubles leading dots.
    func setUpload(_ bytes: [UInt8]) {
        upload = bytes
        set(CURLOPT_UPLOAD, 1)
        note(
            tandem_curl_set_size(curl, CURLOPT_INFILESIZE_LARGE, curl_off_t(bytes.count)), CURLOPT_INFILESIZE_LARGE)
    }

    // MARK: Doing it

    /// Blocks; fills in everything but the times.
    func perform(into result: inout WireResult) {
        setCallbacks()
        guard untaken == nil else {
            result.failure = .notSent
            result.detail = "not sent: this libcurl lacks option \(untaken?.rawValue ?? 0)"
            return
        }
        let code = curl_easy_perform(curl)
        let status = long(CURLINFO_RESPONSE_CODE)
        result.status = status == 0 ? nil : status
        result.body = isMail ? reply.bytes : body
        result.retryAfter = retryAfter
        // We ended it ourselves, with all that we wanted.
        if code == CURLE_OK || (code == CURLE_WRITE_ERROR && isBodyCut) { return }
        if refusedAddresses > 0, triedAddresses == 0 {
            result.failure = .privateAddress
            result.detail =
                "not sent: the host's address is in a private network, which the channel does not allow (`private`)"
            return
        }
        let ending = CurlEnding(
            code: code, status: result.status, isMail: isMail, hasLeft: hasLeft, phase: phase, total: total,
            systemError: Int32(long(CURLINFO_OS_ERRNO)), verification: long(CURLINFO_SSL_VERIFYRESULT))
        result.failure = ending.failure
        result.detail = ending.text
    }

    private func setCallbacks() {
        let context = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA] {
            note(tandem_curl_set_pointer(curl, option, context), option)
        }
        // Each returns how many bytes it took or gave; `size` is 1 always (curl's manual).
        let write: tandem_curl_callback = { bytes, size, count, context in
            CurlTransfer.of(context)?.keep(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
        }
        let header: tandem_curl_callback = { bytes, size, count, context in
            CurlTransfer.of(context)?.readLine(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
        }
        let read: tandem_curl_callback = { bytes, size, count, context in
            CurlTransfer.of(context)?.give(UnsafeMutableRawBufferPointer(start: bytes, count: size * count)) ?? 0
        }
        note(tandem_curl_set_callback(curl, CURLOPT_WRITEFUNCTION, write), CURLOPT_WRITEFUNCTION)
        note(tandem_curl_set_callback(curl, CURLOPT_HEADERFUNCTION, header), CURLOPT_HEADERFUNCTION)
        note(tandem_curl_set_callback(curl, CURLOPT_READFUNCTION, read), CURLOPT_READFUNCTION)
        guard isPublicOnly else { return }
        note(tandem_curl_set_pointer(curl, CURLOPT_OPENSOCKETDATA, context), CURLOPT_OPENSOCKETDATA)
        // Asked for each address of the name: what was looked up is what is judged.
        let open: tandem_curl_opener = { context, _, address in
            address.flatMap { CurlTransfer.of(context)?.open($0) } ?? -1
        }
        note(tandem_curl_set_opener(curl, open), CURLOPT_OPENSOCKETFUNCTION)
    }

    private func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = tandem_curl_get_address(address, &bytes)
        guard NetworkAddress(bytes.prefix(count))?.isGlobal == true else {
            refusedAddresses += 1
            return -1
        }
        triedAddresses += 1
        // O_CLOEXEC is SOCK_CLOEXEC by another name (Linux, net/socket.c); looked up here, that one would be taken for a name of
        // CCurl and hidden from files that have it from Glibc.
        return socket(address.pointee.family, address.pointee.socktype | O_CLOEXEC, address.pointee.`protocol`)
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
        context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private func keep(_ bytes: UnsafeRawBufferPointer) -> Int {
        let room = answerLimit - body.count
        body.append(contentsOf: bytes.prefix(room))
        isBodyCut = bytes.count > room
        return isBodyCut ? 0 : bytes.count
    }

    /// A header of HTTP or a line of a mail server's replies.
    private func readLine(_ bytes: UnsafeRawBufferPointer) -> Int {
        if isMail {
            reply.read(bytes)
            return bytes.count
        }
        let line = String(decoding: bytes, as: UTF8.self)
        // A new answer after "100 Continue": what came before does not count.
        if line.hasPrefix("HTTP/") { retryAfter = nil }
        if let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == "retry-after" {
            let words = line[line.index(after: colon)...].split(whereSeparator: \.isWhitespace)
            retryAfter = String(words.joined(separator: " ").prefix(64))
        }
        return bytes.count
    }

    private func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
        isUploadBegun = true
        let part = upload[uploadedBytes...].prefix(room.count)
        room.copyBytes(from: part)
        uploadedBytes += part.count
        return part.count
    }

    // MARK: How it went

    private func long(_ info: CURLINFO) -> Int {
        var value = 0
        return tandem_curl_get_long(curl, info, &value) == CURLE_OK ? value : 0
    }

    private func size(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        return tandem_curl_get_size(curl, info, &value) == CURLE_OK ? Int(value) : 0
    }

    /// Whether the server may have got a byte of the message: HTTP's request, or the text of a mail.
    private var hasLeft: Bool {
        isMail ? isUploadBegun : long(CURLINFO_REQUEST_SIZE) > 0 || size(CURLINFO_SIZE_UPLOAD_T) > 0
    }

    private var phase: CurlEnding.Phase {
        if hasLeft { return size(CURLINFO_STARTTRANSFER_TIME_T) > 0 && !isMail ? .answering : .sent }
        if size(CURLINFO_NAMELOOKUP_TIME_T) == 0 { return .name }
        let connected = isSecureFromStart ? CURLINFO_APPCONNECT_TIME_T : CURLINFO_CONNECT_TIME_T
        return size(connected) == 0 ? .connecting : .greeting
    }
}

/// The last reply of a mail server, all its lines, at most 4 KiB.
private struct ReplyText {
    private(set) var bytes: [UInt8] = []
    private var isWhole = false

    mutating func read(_ line: UnsafeRawBufferPointer) {
        // The answer to our farewell, and to nothing else.
        if line.starts(with: "221".utf8) { return }
        if isWhole { bytes = [] }
        bytes.append(contentsOf: line.prefix(CurlTransport.keptBodyBytes - bytes.count))
        // "250-" has more to come, "250 " ends a reply (RFC 5321, section 4.2.1).
        isWhole = line.count < 4 || line[3] != UInt8(ascii: "-")
    }
}
