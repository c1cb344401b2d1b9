internal import Foundation
internal import Glibc

/// The machine's own log (syslog).
enum SystemLog {
    /// One line; what is no printable text in it is left out.
    static func critical(_ text: String) {
        let line = String(text.unicodeScalars.filter { !$0.properties.isNoncharacterCodePoint && $0.value >= 0x20 })
        line.withCString { bytes in
            withVaList([OpaquePointer(bytes)]) { vsyslog(LOG_USER | LOG_CRIT, "%s", $0) }
        }
    }
}
