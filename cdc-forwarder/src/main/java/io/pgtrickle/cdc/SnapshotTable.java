package io.pgtrickle.cdc;

import io.pgtrickle.model.type.SqlType;
import java.util.List;

/// What is read of a table in a snapshot.
///
/// @param relationOid in `pg_class`
/// @param columns in the order of the rows' cells
public record SnapshotTable(long relationOid, List<SnapshotColumn> columns) {

    public SnapshotTable(long relationOid, List<SnapshotColumn> columns) {
        this.relationOid = relationOid;
        this.columns = List.copyOf(columns);
    }

    /// @param attributeNumber in `pg_attribute`: names may change, this doesn't
    /// @param type one with binary output
    public record SnapshotColumn(int attributeNumber, SqlType type) {}
}
