package io.pgtrickle.cli.http;

import java.util.Set;

/// The names under which a `Host` header may mean this machine.
final class LoopbackNames {

    private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    private LoopbackNames() {}

    /// An absent header (HTTP/1.0) comes from no browser.
    static boolean includes(String hostHeader) {
        return hostHeader.isEmpty() || NAMES.contains(withoutPort(hostHeader));
    }

    private static String withoutPort(String hostHeader) {
        int colon = hostHeader.lastIndexOf(':');
        return colon > hostHeader.lastIndexOf(']') ? hostHeader.substring(0, colon) : hostHeader;
    }
}
