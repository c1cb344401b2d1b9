import Foundation
import Testing

/// Debian's Alertmanager with basic authentication, its data in a test's folder.
struct Alertmanager {
    static let program = "/usr/bin/prometheus-alertmanager"
    static let isThere = FileManager.default.isExecutableFile(atPath: program)
    static let user = "tandem"
    static let password = "correct horse"

    private let folder: Folder
    let port: Int
    private let server: Program

    init(_ folder: Folder) throws {
        self.folder = folder
        let routes = try folder.write("alertmanager.yml", "route: {receiver: none}\nreceivers: [{name: none}]\n")
        // bcrypt of the password, made by crypt(3) of libxcrypt.
        let hash = "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"
        let web = try folder.write("web.yml", "basic_auth_users: {\(Self.user): \"\(hash)\"}\n")
        let server = try Program(
            [Self.program, "--config.file=\(routes)", "--storage.path=\(folder.path)/alertmanager"]
                + ["--web.config.file=\(web)", "--web.listen-address=127.0.0.1:0", "--cluster.listen-address="],
            in: folder)
        self.server = server
        port = try eventually("an Alertmanager") {
            let address = /address=127\.0\.0\.1:(\d+)/
            if let match = server.errors.firstMatch(of: address) { return Int(match.1) }
            guard server.isRunning else { throw Late(description: server.errors) }
            return nil
        }
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// What stands there at the moment, by its own API.
    func alerts() throws -> [JSON] {
        let script = """
            import base64, sys, urllib.request
            request = urllib.request.Request(sys.argv[1])
            request.add_header("Authorization", "Basic " + base64.b64encode(sys.argv[2].encode()).decode())
            sys.stdout.write(urllib.request.urlopen(request, timeout=10).read().decode())
            """
        let words = ["python3", "-c", script, url + "/api/v2/alerts", "\(Self.user):\(Self.password)"]
        return try folder.run(words).expect(0).json().list
    }

    func alert(_ cause: String) throws -> JSON? { try alerts().first { $0["labels"]["cause"].string == cause } }
}
