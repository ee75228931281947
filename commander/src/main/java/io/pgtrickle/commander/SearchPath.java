package io.pgtrickle.commander;

import io.pgtrickle.postgres.Quoting;

/// A caller's search path, as the sidecar's session can use it.
final class SearchPath {

    private SearchPath() {}

    /// The path with the caller in the place of `"$user"`, which would mean the sidecar's role here.
    static String resolve(String searchPath, String caller) {
        return searchPath.replace("\"$user\"", Quoting.identifier(caller));
    }
}
