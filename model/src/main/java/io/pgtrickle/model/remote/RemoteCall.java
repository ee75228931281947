package io.pgtrickle.model.remote;

import io.pgtrickle.model.type.SqlType;
import java.util.List;

/// A function of some arguments that PostgreSQL evaluates for us. Pure: equal arguments give the same outcome.
///
/// @param name for people, e.g. the function's
/// @param arguments the types of the arguments
/// @param columns the types of the result's columns
public record RemoteCall(
        String name, Text text, List<SqlType> arguments, List<SqlType> columns, Kind kind) {

    public RemoteCall(
            String name, Text text, List<SqlType> arguments, List<SqlType> columns, Kind kind) {
        this.name = name;
        this.text = text;
        this.arguments = List.copyOf(arguments);
        this.columns = List.copyOf(columns);
        this.kind = kind;
        if (text.fragments().size() != arguments.size() + 1) {
            throw new IllegalArgumentException(
                    text + " has not " + arguments.size() + " places for arguments");
        }
        if (columns.isEmpty() || kind == Kind.SCALAR && columns.size() != 1) {
            throw new IllegalArgumentException(kind + " of " + columns.size() + " columns");
        }
    }

    public int arity() {
        return arguments.size();
    }

    /// What a call yields for one row of arguments.
    public enum Kind {
        /// One row of one column.
        SCALAR,
        /// A set of rows: a function as it stands in FROM.
        ROWS,
        /// A set of rows of what stands in FROM and is no function, as XMLTABLE.
        TABLE
    }

    /// The call in SQL, cut where its arguments stand, in their order. All names are qualified, so that it means the same under
    /// every search path.
    ///
    /// @param foreign whether anything of it comes from outside of `pg_catalog`; that is never run with the sidecar's rights
    public record Text(List<String> fragments, boolean foreign) {
        public Text(List<String> fragments, boolean foreign) {
            this.fragments = List.copyOf(fragments);
            this.foreign = foreign;
        }

        /// The whole, with something in the arguments' places.
        public String over(List<String> arguments) {
            StringBuilder sql = new StringBuilder(fragments.getFirst());
            for (int i = 0; i < arguments.size(); i++) {
                sql.append(arguments.get(i)).append(fragments.get(i + 1));
            }
            return sql.toString();
        }
    }
}
