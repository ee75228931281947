package io.pgtrickle.dataflow.plan;

import io.pgtrickle.model.type.SqlType;
import java.util.List;

/// A table that is read, with the columns that are needed of it: those that the query uses and those of its identity.
///
/// @param relationOid in `pg_class`
/// @param identity which columns find an old row in the stream
public record Source(
        long relationOid,
        String schema,
        String name,
        List<SourceColumn> columns,
        Identity identity) {

    public Source(
            long relationOid,
            String schema,
            String name,
            List<SourceColumn> columns,
            Identity identity) {
        this.relationOid = relationOid;
        this.schema = schema;
        this.name = name;
        this.columns = List.copyOf(columns);
        this.identity = identity;
    }

    /// @param attributeNumber in `pg_attribute`; rows of the source have its columns in the order of `Source.columns`
    public record SourceColumn(int attributeNumber, String name, SqlType type, boolean notNull) {}

    /// How the stream names old rows.
    public sealed interface Identity {

        /// REPLICA IDENTITY FULL: by the whole row.
        record WholeRow() implements Identity {}

        /// REPLICA IDENTITY DEFAULT or USING INDEX: by key columns, which are unique and not null.
        ///
        /// @param columns indexes into `Source.columns`
        record Key(List<Integer> columns) implements Identity {
            public Key(List<Integer> columns) {
                if (columns.isEmpty()) {
                    throw new IllegalArgumentException("an identity without columns");
                }
                this.columns = List.copyOf(columns);
            }
        }
    }
}
