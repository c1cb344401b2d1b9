internal import Feeds
internal import Foundation
package import MarketData

/// Why a file that a spec needs could not be read.
package enum SpecFileFailure: Error, Hashable, Sendable {
    case missing
    case folder
    /// A device, a pipe or a socket.
    case notRegular
    case tooLarge(limit: Int)
    /// The system's own words.
    case other(String)

    package var message: String {
        switch self {
        case .missing: "no such file"
        case .folder: "is a folder, expected a file"
        case .notRegular: "is not a regular file"
        case .tooLarge(let limit): "is larger than \(limit) bytes"
        case .other(let reason): "cannot be read: \(reason)"
        }
    }
}

/// The file system as far as specs need it, so that tests bring their own.
package struct SpecFiles: Sendable {
    package enum Executability: Hashable, Sendable {
        case executable
        case missing
        /// A folder, or a file without the permission.
        case notExecutable
    }

    package var read: @Sendable (_ path: String) -> Result<[UInt8], SpecFileFailure>
    package var executability: @Sendable (_ path: String) -> Executability
    /// The header of a DBN file; nil where there is none to be read.
    package var metadata: @Sendable (_ path: String) -> Metadata?

    package init(
        read: @escaping @Sendable (_ path: String) -> Result<[UInt8], SpecFileFailure>,
        executability: @escaping @Sendable (_ path: String) -> Executability,
        metadata: @escaping @Sendable (_ path: String) -> Metadata? = { _ in nil }
    ) {
        self.read = read
        self.executability = executability
        self.metadata = metadata
    }

    /// A spec or an engine configuration beyond this is somebody's mistake.
    package static let maxBytes = 256 * 1024

    package static let disk = SpecFiles(
        read: readFromDisk, executability: executabilityOnDisk, metadata: metadataOnDisk)

    @Sendable private static func readFromDisk(_ path: String) -> Result<[UInt8], SpecFileFailure> {
        // Not blocking: opening a pipe nobody writes to would wait forever.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(failure(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return .failure(failure(errno)) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: return .failure(.folder)
        default: return .failure(.notRegular)
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= maxBytes {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(failure(errno)) }
            guard count > 0 else { return .success(bytes) }
            bytes.append(contentsOf: buffer[..<count])
        }
        return .failure(.tooLarge(limit: maxBytes))
    }

    private static func failure(_ code: Int32) -> SpecFileFailure {
        code == ENOENT || code == ENOTDIR ? .missing : .other(String(cString: strerror(code)))
    }

    @Sendable private static func metadataOnDisk(_ path: String) -> Metadata? {
        // A pipe would be used up by a look at it; what is wrong with a file is told when it is read.
        guard isRegular(path) else { return nil }
        return try? DBNFile(path: path).metadata
    }

    private static func isRegular(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    @Sendable private static func executabilityOnDisk(_ path: String) -> Executability {
        var status = stat()
        guard stat(path, &status) == 0 else { return .missing }
        guard status.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0 else { return .notExecutable }
        return .executable
    }
}

/// A path as the spec has it, and where it leads.
package struct SpecPath: Hashable, Sendable {
    /// As written.
    package let text: String
    /// Against the spec file's folder unless absolute; not normalised.
    package let resolved: String

    /// - Parameter folder: of the spec file, as in its own path; empty for the working folder.
    package init(_ text: String, in folder: String) {
        self.text = text
        resolved = text.hasPrefix("/") || folder.isEmpty ? text : folder + (folder.hasSuffix("/") ? "" : "/") + text
    }

    /// The folder part of `path`: `rollout` of `rollout/x.yaml`, empty when there is none.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
