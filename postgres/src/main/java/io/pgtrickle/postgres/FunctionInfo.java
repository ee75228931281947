package io.pgtrickle.postgres;

import java.util.List;

/// A function of `pg_proc`.
public record FunctionInfo(
        int oid,
        String schema,
        String name,
        Kind kind,
        Volatility volatility,
        boolean strict,
        boolean returnsSet,
        List<Integer> argumentTypeOids,
        int resultTypeOid) {

    /// The first oid that isn't the server's own (`FirstNormalObjectId`).
    private static final int FIRST_NORMAL_OID = 16_384;

    public FunctionInfo(
            int oid,
            String schema,
            String name,
            Kind kind,
            Volatility volatility,
            boolean strict,
            boolean returnsSet,
            List<Integer> argumentTypeOids,
            int resultTypeOid) {
        this.oid = oid;
        this.schema = schema;
        this.name = name;
        this.kind = kind;
        this.volatility = volatility;
        this.strict = strict;
        this.returnsSet = returnsSet;
        this.argumentTypeOids = List.copyOf(argumentTypeOids);
        this.resultTypeOid = resultTypeOid;
    }

    /// Whether it came with the server, so that its oid means the same everywhere.
    public boolean builtIn() {
        return Integer.compareUnsigned(oid, FIRST_NORMAL_OID) < 0;
    }

    /// `prokind`.
    public enum Kind {
        FUNCTION,
        AGGREGATE,
        WINDOW,
        PROCEDURE;

        static Kind of(String prokind) {
            return switch (prokind) {
                case "a" -> AGGREGATE;
                case "w" -> WINDOW;
                case "p" -> PROCEDURE;
                default -> FUNCTION;
            };
        }
    }

    /// `provolatile`.
    public enum Volatility {
        IMMUTABLE,
        STABLE,
        VOLATILE;

        /// Of a value of `provolatile`.
        public static Volatility of(String provolatile) {
            return switch (provolatile) {
                case "i" -> IMMUTABLE;
                case "s" -> STABLE;
                default -> VOLATILE;
            };
        }
    }
}
