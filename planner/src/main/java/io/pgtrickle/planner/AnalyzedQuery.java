package io.pgtrickle.planner;

import java.util.List;

/// A query as PostgreSQL understood it. Can be kept and planned again after a restart, by a server of the same major version.
///
/// @param tree the text of the `pg_node_tree`
/// @param columns of the result, in order
/// @param serverVersion of the server that made the tree, in the form of `server_version_num`, e.g. 180004
public record AnalyzedQuery(String tree, List<Column> columns, int serverVersion) {

    public AnalyzedQuery(String tree, List<Column> columns, int serverVersion) {
        this.tree = tree;
        this.columns = List.copyOf(columns);
        this.serverVersion = serverVersion;
    }

    /// @param typeOid as declared, e.g. a domain's
    /// @param typeModifier -1 where there is none
    /// @param collationOid 0 where there is none
    public record Column(String name, int typeOid, int typeModifier, int collationOid) {}

    int majorVersion() {
        return serverVersion / 10_000;
    }
}
