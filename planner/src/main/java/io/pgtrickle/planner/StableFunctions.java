package io.pgtrickle.planner;

import io.pgtrickle.postgres.FunctionInfo;
import java.util.Set;
import java.util.regex.Pattern;

/// Which of the server's STABLE functions depend on their arguments and on settings only (TimeZone, DateStyle, lc_numeric, …),
/// which are pinned with the view. The others see the time, the session or tables.
final class StableFunctions {

    /// Its offset is that of today.
    private static final int TIMETZ_OF_TIME = 2047;

    private static final String PG_CATALOG = "pg_catalog";

    private static final Set<String> NAMES =
            Set.of(
                    // conversions between date and time types, and arithmetic in the time zone
                    "date",
                    "date_add",
                    "date_part",
                    "date_subtract",
                    "date_trunc",
                    "extract",
                    "generate_series",
                    "interval_pl_timestamptz",
                    "make_timestamptz",
                    "overlaps",
                    "time",
                    "timestamp",
                    "timestamptz",
                    "timestamptz_mi_interval",
                    "timestamptz_pl_interval",
                    "timetz",
                    "timezone",
                    "jsonb_path_exists_tz",
                    "jsonb_path_match_tz",
                    "jsonb_path_query_array_tz",
                    "jsonb_path_query_first_tz",
                    "jsonb_path_query_tz",
                    // formatting
                    "to_char",
                    "to_date",
                    "to_number",
                    "to_timestamp",
                    "money",
                    "numeric",
                    // through the types' text output
                    "anytextcat",
                    "textanycat",
                    "array_to_json",
                    "array_to_string",
                    "concat",
                    "concat_ws",
                    "format",
                    "json_build_array",
                    "json_build_object",
                    "jsonb_build_array",
                    "jsonb_build_object",
                    "quote_literal",
                    "quote_nullable",
                    "row_to_json",
                    "to_json",
                    "to_jsonb",
                    // encodings and text search
                    "convert",
                    "convert_from",
                    "convert_to",
                    "length",
                    "json_to_tsvector",
                    "jsonb_to_tsvector",
                    "phraseto_tsquery",
                    "plainto_tsquery",
                    "to_tsquery",
                    "to_tsvector",
                    "ts_headline",
                    "ts_match_tq",
                    "ts_match_tt",
                    "websearch_to_tsquery",
                    "xml",
                    "xml_is_well_formed");

    /// These read texts as values of the result's types, as casts by way of text do.
    private static final Pattern TEXT_READER =
            Pattern.compile("jsonb?_(to_record|to_recordset|populate_record|populate_recordset)");

    /// `timestamptz_lt_date` and its kin.
    private static final Pattern COMPARISON =
            Pattern.compile(
                    "(date|timestamp|timestamptz)_(cmp|eq|ne|lt|le|gt|ge)_(date|timestamp|timestamptz)");

    private StableFunctions() {}

    static boolean readsTexts(FunctionInfo function) {
        return function.builtIn()
                && function.schema().equals(PG_CATALOG)
                && TEXT_READER.matcher(function.name()).matches();
    }

    static boolean dependsOnSettingsOnly(FunctionInfo function) {
        return function.builtIn()
                && function.oid() != TIMETZ_OF_TIME
                && function.schema().equals(PG_CATALOG)
                && (NAMES.contains(function.name())
                        || COMPARISON.matcher(function.name()).matches());
    }
}
