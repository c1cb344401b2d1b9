internal import Glibc

/// Why a state folder could not be locked.
package enum StateLockError: Error, Hashable, Sendable, CustomStringConvertible {
    /// `holder` is nil while the holder has not yet written its number, or could not.
    case held(path: String, holder: Int32?)
    /// The folder is missing, read-only or full, or belongs to somebody else.
    case unusable(SystemError)

    package var description: String {
        switch self {
        case .held(let path, let holder?):
            "another tandem (process \(holder)) runs on this state folder; it holds \(path)"
        case .held(let path, nil): "another tandem runs on this state folder; it holds \(path)"
        case .unusable(let error): "cannot lock the state folder: \(error)"
        }
    }
}

/// The right to be the one supervisor of a state folder: `flock` on its file `lock`. The kernel gives it back when the process ends,
/// however it ends; the file itself stays. Children do not inherit it.
package final class StateLock: Sendable {
    private let file: Descriptor

    /// Takes the lock without waiting and writes our process number and a newline into the file.
    package init(stateFolder: String) throws(StateLockError) {
        let path = stateFolder + "/lock"
        do throws(SystemError) {
            file = try Descriptor.open(path, O_RDWR | O_CREAT)
        } catch {
            throw .unusable(error)
        }
        while flock(file.number, LOCK_EX | LOCK_NB) != 0 {
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK: throw .held(path: path, holder: Self.holder(in: file))
            case let code: throw .unusable(SystemError("lock \(path)", code: code))
            }
        }
        let text = "\(getpid())\n"
        let count = text.utf8.count
        guard ftruncate(file.number, 0) == 0, pwrite(file.number, text, count, 0) == count else {
            throw .unusable(SystemError("write \(path)", code: errno))
        }
    }

    /// The process that holds the lock of `stateFolder`; nil when nobody does or its number is not known. Takes nothing.
    package static func holder(of stateFolder: String) -> Int32? {
        // Nil for a folder without a lock file: nobody ever ran there.
        guard let file = try? Descriptor.open(stateFolder + "/lock", O_RDONLY) else { return nil }
        guard flock(file.number, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
        return holder(in: file)
    }

    package func release() { file.close() }

    private static func holder(in file: Descriptor) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(file.number, &bytes, bytes.count, 0)
        guard count > 0, let end = bytes[..<count].firstIndex(of: 10) else { return nil }
        return Int32(String(decoding: bytes[..<end], as: UTF8.self))
    }
}
