import Glibc
import Testing

@testable import Operator

/// IANA's registries of special-purpose addresses: what is in them at both ends, and what lies just outside.
@Suite struct NetworkAddressTests {
    private static func address(_ text: String) -> NetworkAddress? {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(text.contains(":") ? AF_INET6 : AF_INET, text, &bytes) == 1 else { return nil }
        return NetworkAddress(bytes.prefix(text.contains(":") ? 16 : 4))
    }

    @Test(arguments: [
        "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
        "127.255.255.255", "169.254.0.0", "169.254.169.254", "169.254.255.255", "172.16.0.0", "172.31.255.255",
        "192.0.0.0", "192.0.0.255", "192.0.2.1", "192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0",
        "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.0",
        "255.255.255.255", "::", "::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254", "64:ff9b:1::1", "100::1", "2001::1", "2001:1ff:ffff::1", "2001:db8::1",
        "2002:0a00:0001::1", "2002:c0a8:0101::", "3fff::1", "3fff:fff::1", "4000::1", "5f00::1", "fc00::1", "fd00::1",
        "fe80::1", "febf::1", "fec0::1", "ff02::1", "1fff::1",
    ])
    func specialAddressesAreNoTargets(text: String) throws {
        #expect(try !#require(Self.address(text)).isGlobal)
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0", "192.167.255.255",
        "192.169.0.0", "198.17.255.255", "198.20.0.0", "203.0.112.255", "203.0.114.0", "223.255.255.255",
        "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2000::1", "2001:200::1", "2001:db7::1", "2001:db9::1",
        "2002:0101:0101::", "2606:4700:4700::1111", "3ffe::1", "3fff:1000::1",
    ])
    func othersAre(text: String) throws {
        #expect(try #require(Self.address(text)).isGlobal)
    }

    @Test(arguments: [0, 3, 5, 15, 17]) func whatHasAnotherLengthIsNone(count: Int) {
        #expect(NetworkAddress([UInt8](repeating: 1, count: count)) == nil)
    }
}
