package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.List;

/// A table as the stream describes it before its first change and whenever it has changed; one of the versions that a
/// table goes through. Columns carry no attribute number: a column that was dropped and added again under its name
/// looks the same here (CDC F31), so the catalog's fingerprint decides.
///
/// @param oid in `pg_class`, 32 bits without sign
/// @param schema empty never: `pg_catalog`, which the stream abbreviates, is spelled out
public record Relation(
        long oid,
        String schema,
        String name,
        ReplicaIdentity replicaIdentity,
        List<RelationColumn> columns)
        implements StreamMessage {

    public Relation(
            long oid,
            String schema,
            String name,
            ReplicaIdentity replicaIdentity,
            List<RelationColumn> columns) {
        this.oid = oid;
        this.schema = schema;
        this.name = name;
        this.replicaIdentity = replicaIdentity;
        this.columns = List.copyOf(columns);
    }

    /// How the old rows of updates and deletes are named (`pg_class.relreplident`).
    public enum ReplicaIdentity {
        /// By the primary key.
        DEFAULT,
        /// Not at all.
        NOTHING,
        /// By the whole row.
        FULL,
        /// By the columns of a unique index.
        INDEX;

        static ReplicaIdentity of(int code) {
            return switch (code) {
                case 'd' -> DEFAULT;
                case 'n' -> NOTHING;
                case 'f' -> FULL;
                case 'i' -> INDEX;
                default ->
                        throw PgtrickleException.of(
                                ErrorCode.STREAM_MALFORMED,
                                "unknown replica identity " + code + " in the stream");
            };
        }
    }

    /// @param typeOid the declared type, e.g. a domain's
    /// @param typeModifier -1 where there is none
    /// @param partOfKey whether it names old rows; all are under FULL
    public record RelationColumn(String name, int typeOid, int typeModifier, boolean partOfKey) {}
}
