import Foundation
import Testing

/// Debian's Exim with a configuration, a spool and a maildir in a test's folder: it asks for STARTTLS and AUTH.
///
/// A root's process gives up root for `nobody`; anybody else's runs as who starts it. (Debian 12's OpenSMTPD offers
/// STARTTLS and cannot do it: https://github.com/OpenSMTPD/OpenSMTPD/issues/1171.)
struct MailServer {
    static let program = "/usr/sbin/exim4"
    static let isThere = FileManager.default.isExecutableFile(atPath: program)
    static let user = "tandem"
    static let password = "correct horse"
    /// A recipient it refuses for good.
    static let unknown = "gone@example.com"

    private let folder: Folder
    private let home: String
    let port: Int
    private let server: Program

    init(_ folder: Folder) throws {
        self.folder = folder
        home = folder.path + "/exim"
        port = try Self.freePort()
        let owner = getuid() == 0 ? 65_534 : getuid()
        let group = getuid() == 0 ? 65_534 : getgid()
        chmod(folder.path, 0o711)
        for path in [home, home + "/spool", home + "/log", home + "/mail"] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            chown(path, owner, group)
        }
        try folder.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days"]
                + ["2", "-keyout", home + "/key.pem", "-out", home + "/cert.pem", "-subj", "/CN=localhost"]
                + ["-addext", "subjectAltName=DNS:localhost"]
        ).expect(0)
        chown(home + "/key.pem", owner, group)
        let text = Self.configuration(home: home, port: port, owner: owner, group: group)
        let file = try folder.write("exim.conf", text)
        server = try Program([Self.program, "-C", file, "-bdf"], in: folder)
        try eventually("a mail server") { [server] in
            if try log("main").contains("listening for SMTP") { return true }
            guard server.isRunning else { throw Late(description: server.errors + server.output) }
            return nil
        }
    }

    /// The certificate, which is its own authority.
    var authority: String { home + "/cert.pem" }

    func log(_ name: String) throws -> String {
        String(decoding: FileManager.default.contents(atPath: "\(home)/log/\(name)") ?? Data(), as: UTF8.self)
    }

    /// The next mail with `word` in its subject is refused for the time being once it was sent, and named in the log.
    func refuseNext(_ word: String) throws { try folder.write("exim/spool/busy", word) }

    /// What arrived, in order, as Python reads it: headers, and each part's type and text.
    func mails() throws -> [JSON] {
        let script = """
            import email, email.policy, json, os, sys
            mails = []
            for name in sorted(os.listdir(sys.argv[1]) if os.path.isdir(sys.argv[1]) else []):
                with open(os.path.join(sys.argv[1], name), "rb") as file:
                    mail = email.message_from_binary_file(file, policy=email.policy.default)
                mails.append({
                    "headers": {name.lower(): str(value) for name, value in mail.items()},
                    "names": [name.lower() for name in mail.keys()], "type": mail.get_content_type(),
                    "parts": [[part.get_content_type(), part.get_content()] for part in mail.iter_parts()],
                    "defects": [str(defect) for part in mail.walk() for defect in part.defects]})
            print(json.dumps(mails))
            """
        return try folder.run(["python3", "-c", script, home + "/mail/new"]).expect(0).json().list
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
            }
        }
        guard result == 0 else { throw Late(description: "no free port: \(String(cString: strerror(errno)))") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func configuration(home: String, port: Int, owner: uid_t, group: gid_t) -> String {
        """
        primary_hostname = localhost
        exim_user = \(owner)
        exim_group = \(group)
        deliver_drop_privilege = true
        spool_directory = \(home)/spool
        log_file_path = \(home)/log/%s
        local_interfaces = 127.0.0.1
        daemon_smtp_ports = \(port)
        tls_advertise_hosts = *
        tls_certificate = \(home)/cert.pem
        tls_privatekey = \(home)/key.pem
        acl_smtp_rcpt = rcpt
        acl_smtp_data = data
        keep_environment =
        host_lookup =
        rfc1413_query_timeout = 0s
        check_spool_space = 0
        check_spool_inodes = 0

        begin acl
        rcpt:
          deny !encrypted = *
               message = this wants TLS
          deny !authenticated = *
               message = this wants AUTH
          deny condition = ${if eq{$local_part@$domain}{\(unknown)}}
               message = no such person
          accept
        data:
          defer condition = ${if exists{\(home)/spool/busy}{${if match{$h_subject:}{${readfile{\(home)/spool/busy}}}\
                            {${run{/bin/rm \(home)/spool/busy}{yes}{no}}}{no}}}{no}}
                message = too busy
                log_message = busy: $h_message-id:
          accept

        begin routers
        all:
          driver = accept
          transport = keep

        begin transports
        keep:
          driver = appendfile
          directory = \(home)/mail
          maildir_format
          envelope_to_add = true

        begin authenticators
        plain:
          driver = plaintext
          public_name = PLAIN
          server_prompts = :
          server_condition = ${if and{{eq{$auth2}{\(user)}}{eq{$auth3}{\(password)}}}}
          server_set_id = $auth2
          server_advertise_condition = ${if def:tls_in_cipher}

        """
    }
}
