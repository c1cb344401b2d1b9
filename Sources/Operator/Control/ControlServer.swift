internal import Foundation
internal import Glibc
internal import Hummingbird
package import Logging
internal import NIOCore
package import Rollout
internal import Signals

/// The HTTP API on the state folder's Unix socket. Requests are handed to the router's thread and answered by it.
package final class ControlServer: Sendable {
    private let path: String
    private let mailbox: Mailbox
    private let logger: Logger
    private let task = Locked<Task<Void, Never>?>(nil)

    package init(path: String, mailbox: Mailbox, logger: Logger) {
        self.path = path
        self.mailbox = mailbox
        self.logger = logger
    }

    /// Listens; returns when the socket is there and only its owner can use it.
    package func start() throws {
        unlink(path)
        let isUp = Monitor<Result<Void, any Error>?>(nil)
        var quiet = logger
        quiet.logLevel = .critical
        let application = Application(
            router: routes(), configuration: .init(address: .unixDomainSocket(path: path), serverName: "tandem"),
            onServerRunning: { _ in isUp.update { $0 = .success(()) } }, logger: quiet)
        let running = Task.detached {
            do {
                try await application.run()
            } catch is CancellationError {
            } catch {
                isUp.update { $0 = $0 ?? .failure(error) }
            }
        }
        task.withLock { $0 = running }
        let outcome = isUp.wait(atMost: 10) { $0 }
        switch outcome {
        case .success?: chmod(path, 0o600)
        case .failure(let error)?: throw ControlError.cannotListen(path: path, reason: "\(error)")
        case nil: throw ControlError.cannotListen(path: path, reason: "it did not come up within 10 s")
        }
    }

    package func stop() {
        task.withLock { $0?.cancel() }
        unlink(path)
    }

    private func routes() -> Hummingbird.Router<PeerContext> {
        let router = Hummingbird.Router(context: PeerContext.self)
        router.get("/v1/status") { [self] _, context in
            _ = try await context.checkedActor()
            return await ask(.status)
        }
        router.post("/v1/commands") { [self] request, context in
            let actor = try await context.checkedActor()
            let body = try await request.decode(as: CommandRequest.self, context: context)
            guard let command = body.command(actor: actor) else {
                return Self.response(.badRequest, ControlAnswer(result: "usage", detail: "unknown verb or stage"))
            }
            return await ask(.command(command, dryRun: body.dryRun ?? false))
        }
        router.post("/v1/engines/{arm}/restart") { [self] _, context in
            _ = try await context.checkedActor()
            guard let arm = context.parameters.get("arm").flatMap(Arm.init(rawValue:)) else {
                return Self.response(
                    .notFound, ControlAnswer(result: "usage", detail: "arms are baseline and candidate"))
            }
            return await ask(.restart(arm))
        }
        return router
    }

    private func ask(_ ask: ControlRequest.Ask) async -> Response {
        let reply = await withCheckedContinuation { continuation in
            mailbox.post(.request(ControlRequest(ask) { continuation.resume(returning: $0) }))
        }
        switch reply {
        case .status(let status): return Self.response(.ok, status)
        case .done(let detail): return Self.response(.ok, ControlAnswer(result: "done", detail: detail))
        case .unchanged(let detail): return Self.response(.ok, ControlAnswer(result: "unchanged", detail: detail))
        case .refused(let detail): return Self.response(.conflict, ControlAnswer(result: "refused", detail: detail))
        case .failed(let detail):
            return Self.response(.serviceUnavailable, ControlAnswer(result: "failed", detail: detail))
        }
    }

    private static func response(_ status: HTTPResponse.Status, _ body: some Encodable) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: ControlCodec.encode(body) + "\n")))
    }
}

package enum ControlError: Error, Sendable, CustomStringConvertible {
    case cannotListen(path: String, reason: String)
    case unreachable(path: String, reason: String)
    case badAnswer(path: String)

    package var description: String {
        switch self {
        case .cannotListen(let path, let reason): return "cannot listen on \(path): \(reason)"
        case .unreachable(let path, let reason):
            return "no operator answers at \(path): \(reason). Is `tandem run` running with this --state?"
        case .badAnswer(let path): return "what answers at \(path) does not speak tandem's API"
        }
    }
}

/// JSON as the API speaks it: keys in snake case.
enum ControlCodec {
    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    static func encode(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        // Values made of texts and numbers always encode.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

/// The body of a changing request.
package struct CommandRequest: Codable, Sendable {
    package var verb: String
    package var to: String?
    package var reason: String
    package var expectStage: String?
    package var dryRun: Bool?

    package init(verb: Command.Verb, to: Stage?, reason: String, expectStage: Stage?, dryRun: Bool) {
        self.verb = verb.rawValue
        self.to = to?.rawValue
        self.reason = reason
        self.expectStage = expectStage?.rawValue
        self.dryRun = dryRun
    }

    func command(actor: String) -> Command? {
        guard let verb = Command.Verb(rawValue: verb) else { return nil }
        let stage = to.flatMap(Stage.init(rawValue:))
        let expected = expectStage.flatMap(Stage.init(rawValue:))
        if (to != nil && stage == nil) || (expectStage != nil && expected == nil) { return nil }
        return Command(verb: verb, to: stage, actor: actor, reason: reason, expectedStage: expected)
    }
}

/// The answer to a changing request.
package struct ControlAnswer: Codable, Sendable, Hashable {
    /// `done`, `unchanged`, `refused`, `failed` or `usage`.
    package var result: String
    package var detail: String

    package init(result: String, detail: String) {
        self.result = result
        self.detail = detail
    }
}

/// A request with the peer behind its socket.
private struct PeerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    var requestDecoder: JSONDecoder { ControlCodec.decoder }
    private let channel: any Channel

    init(source: Source) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The peer's user name; refuses anybody but the operator's own user and root.
    func checkedActor() async throws -> String {
        // As `struct ucred` of unix(7).
        struct Credentials {
            var pid: Int32 = 0
            var uid: UInt32 = 0
            var gid: UInt32 = 0
        }
        guard let provider = channel as? any SocketOptionProvider else { throw HTTPError(.forbidden) }
        let peer: Credentials = try await provider.unsafeGetSocketOption(
            level: .socket, name: .init(rawValue: SO_PEERCRED)
        ).get()
        guard peer.uid == getuid() || peer.uid == 0 else { throw HTTPError(.forbidden) }
        return Actor.name(uid: peer.uid)
    }
}

/// Who did something, as the journal records it.
package enum Actor {
    package static var current: String { name(uid: getuid()) }

    package static func name(uid: UInt32) -> String {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var space = [CChar](repeating: 0, count: 4096)
        guard getpwuid_r(uid, &entry, &space, space.count, &result) == 0, result != nil, let name = entry.pw_name else {
            return "uid \(uid)"
        }
        return String(cString: name)
    }
}
