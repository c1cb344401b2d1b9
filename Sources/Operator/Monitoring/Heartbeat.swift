internal import Foundation
internal import Glibc

/// How far an operator vouched for itself, in a small file beside the journal: written every turn of the loop, so that a
/// killed operator's last moment is known to a fraction of a second. What a crash of the machine takes away with the page
/// cache, the journal's row still has, to the second.
struct Heartbeat: Hashable {
    var epoch: Int
    /// Market time, ns since 1970.
    var through: UInt64
    /// The same by the wall clock.
    var throughAt: UInt64

    private var words: [UInt64] { [UInt64(epoch), through, throughAt, UInt64(epoch) ^ through ^ throughAt] }

    /// Nil for no heartbeat, a torn or a foreign one.
    init?(contentsOf path: String) {
        guard let bytes = FileManager.default.contents(atPath: path), bytes.count == 32 else { return nil }
        let words = bytes.withUnsafeBytes { bytes in
            (0..<4).map { UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)) }
        }
        guard words[0] ^ words[1] ^ words[2] == words[3], let epoch = Int(exactly: words[0]) else { return nil }
        self.init(epoch: epoch, through: words[1], throughAt: words[2])
    }

    init(epoch: Int, through: UInt64, throughAt: UInt64) {
        self.epoch = epoch
        self.through = through
        self.throughAt = throughAt
    }

    /// Writes over the one before.
    func write(to descriptor: Descriptor) {
        let words = words.map(\.littleEndian)
        words.withUnsafeBytes { _ = pwrite(descriptor.number, $0.baseAddress, $0.count, 0) }
    }
}

extension Measurements.Presence {
    /// With what the heartbeat of the same operator adds.
    func extended(by beat: Heartbeat?) -> Self {
        guard let beat, beat.epoch == epoch, beat.through > through, beat.throughAt >= throughAt else { return self }
        var longer = self
        (longer.through, longer.throughAt) = (beat.through, beat.throughAt)
        return longer
    }
}
