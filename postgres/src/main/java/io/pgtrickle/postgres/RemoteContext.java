package io.pgtrickle.postgres;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// In whose name and under which settings a view's functions are evaluated: those of its creation, for good.
///
/// @param owner the role that functions from outside of `pg_catalog` run as
/// @param settings by name, of `PINNED` only; what is missing is as `Sessions` pins it
public record RemoteContext(String owner, SortedMap<String, String> settings) {

    /// The settings on which results of the server's STABLE functions depend. The search path is for functions of users only.
    public static final Set<String> PINNED =
            Set.of(
                    "TimeZone",
                    "timezone_abbreviations",
                    "DateStyle",
                    "IntervalStyle",
                    "extra_float_digits",
                    "bytea_output",
                    "xmlbinary",
                    "xmloption",
                    "lc_monetary",
                    "lc_numeric",
                    "lc_time",
                    "default_text_search_config",
                    "search_path");

    /// Of these settings the pinned ones, as a session of pgjdbc's can have them between statements: it takes no DateStyle but ISO. How dates
    /// are read stays.
    public static SortedMap<String, String> ofSession(Map<String, String> settings) {
        SortedMap<String, String> pinned = sorted(settings);
        pinned.keySet().retainAll(PINNED);
        pinned.computeIfPresent(
                "DateStyle", (_, style) -> "ISO" + style.substring(style.indexOf(',')));
        return pinned;
    }

    public RemoteContext(String owner, Map<String, String> settings) {
        this(owner, sorted(settings));
    }

    public RemoteContext(String owner, SortedMap<String, String> settings) {
        this.owner = owner;
        this.settings = Collections.unmodifiableSortedMap(sorted(settings));
        for (String name : this.settings.keySet()) {
            if (!PINNED.contains(name)) {
                throw new IllegalArgumentException("setting \"" + name + "\" is not pinned");
            }
        }
    }

    private static SortedMap<String, String> sorted(Map<String, String> settings) {
        return new TreeMap<>(settings);
    }
}
