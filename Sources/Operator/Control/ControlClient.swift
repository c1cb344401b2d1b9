internal import Foundation
internal import Glibc

/// Talks HTTP to an operator over its Unix socket, one request a connection.
package struct ControlClient: Sendable {
    package let path: String
    /// Seconds to wait for an answer.
    package var timeout: Int = 30

    package init(folder: StateFolder) { path = folder.socket }

    package func status() throws(ControlError) -> SupervisorStatus {
        let (_, body) = try request("GET", "/v1/status", body: nil)
        guard let status = try? ControlCodec.decoder.decode(SupervisorStatus.self, from: body) else {
            throw .badAnswer(path: path)
        }
        return status
    }

    package func send(_ command: CommandRequest) throws(ControlError) -> ControlAnswer {
        try answer(to: "/v1/commands", body: Data(ControlCodec.encode(command).utf8))
    }

    package func restart(arm: String) throws(ControlError) -> ControlAnswer {
        try answer(to: "/v1/engines/\(arm)/restart", body: Data())
    }

    private func answer(to target: String, body: Data) throws(ControlError) -> ControlAnswer {
        let (status, answer) = try request("POST", target, body: body)
        if status == 403 { return ControlAnswer(result: "refused", detail: "the operator runs as another user") }
        guard let decoded = try? ControlCodec.decoder.decode(ControlAnswer.self, from: answer) else {
            throw .badAnswer(path: path)
        }
        return decoded
    }

    private func request(_ method: String, _ target: String, body: Data?) throws(ControlError) -> (
        status: Int, body: Data
    ) {
        let descriptor = try connected()
        defer { close(descriptor) }
        var head = "\(method) \(target) HTTP/1.1\r\nHost: tandem\r\nConnection: close\r\n"
        if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
        try send(Data((head + "\r\n").utf8) + (body ?? Data()), to: descriptor)
        let answer = try receive(from: descriptor)
        guard let split = answer.range(of: Data("\r\n\r\n".utf8)),
            let status = String(decoding: answer[..<split.lowerBound], as: UTF8.self).split(separator: " ").dropFirst()
                .first
                .flatMap({ Int($0) })
        else { throw .badAnswer(path: path) }
        return (status, answer[split.upperBound...])
    }

    private func connected() throws(ControlError) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw unreachable() }
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count <= StateFolder.maxSocketPathBytes else {
            close(descriptor)
            throw .unreachable(path: path, reason: "the path is longer than \(StateFolder.maxSocketPathBytes) bytes")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let error = unreachable()
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private func send(_ data: Data, to descriptor: Int32) throws(ControlError) {
        var rest = Array(data)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { throw unreachable() }
        }
    }

    private func receive(from descriptor: Int32) throws(ControlError) -> Data {
        var data = Data()
        var space = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &space, space.count)
            if count > 0 { data.append(contentsOf: space[..<count]) }
            if count == 0 { return data }
            if count < 0, errno != EINTR { throw unreachable() }
        }
    }

    private func unreachable() -> ControlError { .unreachable(path: path, reason: String(cString: strerror(errno))) }
}
