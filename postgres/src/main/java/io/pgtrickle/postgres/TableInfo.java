package io.pgtrickle.postgres;

import java.util.List;
import java.util.Optional;

/// What the catalog knows of a relation. Names are as of the reading; the oid is what stays.
///
/// @param uniqueKeys attribute numbers of each unique key that can hold neither NULLs nor, for a moment, duplicates: valid,
///     immediate, not partial, over plain columns that are NOT NULL, under the types' default equality
/// @param children oids of the tables that inherit from it or are its partitions
/// @param parents oids of what it inherits from or is a partition of
public record TableInfo(
        TableName name,
        Kind kind,
        Traits traits,
        List<ColumnInfo> columns,
        ReplicaIdentity replicaIdentity,
        List<List<Integer>> uniqueKeys,
        List<Integer> children,
        List<Integer> parents) {

    public TableInfo(
            TableName name,
            Kind kind,
            Traits traits,
            List<ColumnInfo> columns,
            ReplicaIdentity replicaIdentity,
            List<List<Integer>> uniqueKeys,
            List<Integer> children,
            List<Integer> parents) {
        this.name = name;
        this.kind = kind;
        this.traits = traits;
        this.columns = List.copyOf(columns);
        this.replicaIdentity = replicaIdentity;
        this.uniqueKeys = uniqueKeys.stream().map(List::copyOf).toList();
        this.children = List.copyOf(children);
        this.parents = List.copyOf(parents);
    }

    public int oid() {
        return name.oid();
    }

    /// The column with that number, where it exists and isn't dropped.
    public Optional<ColumnInfo> column(int attributeNumber) {
        return columns.stream()
                .filter(column -> column.attributeNumber() == attributeNumber)
                .findFirst();
    }

    /// @param oid in `pg_class`
    public record TableName(int oid, String schema, String name, String owner) {

        /// As it is written in SQL.
        public String quoted() {
            return Quoting.qualified(schema, name);
        }
    }

    /// @param permanent false for temporary and unlogged tables, of which no changes are streamed
    /// @param temporary whether it belongs to one session
    /// @param partition whether it is a partition of another table
    /// @param rowSecurity whether row-level security is enabled for it
    /// @param system whether it is one of the system's own relations
    public record Traits(
            boolean permanent,
            boolean temporary,
            boolean partition,
            boolean rowSecurity,
            boolean system) {}

    /// `relkind`.
    public enum Kind {
        TABLE,
        PARTITIONED_TABLE,
        VIEW,
        MATERIALIZED_VIEW,
        FOREIGN_TABLE,
        OTHER;

        static Kind of(String relkind) {
            return switch (relkind) {
                case "r" -> TABLE;
                case "p" -> PARTITIONED_TABLE;
                case "v" -> VIEW;
                case "m" -> MATERIALIZED_VIEW;
                case "f" -> FOREIGN_TABLE;
                default -> OTHER;
            };
        }
    }

    /// How the stream will name old rows.
    public sealed interface ReplicaIdentity {

        /// By the columns of the primary key or of the index that was chosen.
        record Key(List<Integer> attributeNumbers) implements ReplicaIdentity {
            public Key(List<Integer> attributeNumbers) {
                this.attributeNumbers = List.copyOf(attributeNumbers);
            }
        }

        /// By the whole row.
        record Full() implements ReplicaIdentity {}

        /// Not at all: UPDATE and DELETE fail once the table is in a publication that publishes them.
        record None() implements ReplicaIdentity {}
    }
}
