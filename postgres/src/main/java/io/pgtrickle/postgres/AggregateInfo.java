package io.pgtrickle.postgres;

/// What `pg_aggregate` adds to an aggregate's entry in `pg_proc`.
///
/// @param kind whether it is ordinary, an ordered-set or a hypothetical-set aggregate
/// @param directArguments how many of its arguments aren't aggregated
/// @param transitionFunctionOid called for each row
/// @param finalFunctionOid 0 where the state is the result
/// @param sortOperatorOid of min and max and their kin; else 0
public record AggregateInfo(
        FunctionInfo function,
        Kind kind,
        int directArguments,
        int transitionFunctionOid,
        int finalFunctionOid,
        int sortOperatorOid) {

    /// `aggkind`.
    public enum Kind {
        NORMAL,
        ORDERED_SET,
        HYPOTHETICAL_SET;

        static Kind of(String aggkind) {
            return switch (aggkind) {
                case "o" -> ORDERED_SET;
                case "h" -> HYPOTHETICAL_SET;
                default -> NORMAL;
            };
        }
    }
}
