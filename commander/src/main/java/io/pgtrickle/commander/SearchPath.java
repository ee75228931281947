package io.pgtrickle.commander;

import io.pgtrickle.postgres.Quoting;
import java.util.HashMap;
import java.util.Map;

/// A caller's search path, as the sidecar's session can use it.
final class SearchPath {

    static final String NAME = "search_path";

    private SearchPath() {}

    /// Settings with the caller in the place of the path's `"$user"`, which would mean the sidecar's role here.
    static Map<String, String> resolved(Map<String, String> settings, String caller) {
        Map<String, String> resolved = new HashMap<>(settings);
        String path = settings.getOrDefault(NAME, "");
        resolved.put(NAME, path.replace("\"$user\"", Quoting.identifier(caller)));
        return Map.copyOf(resolved);
    }
}
