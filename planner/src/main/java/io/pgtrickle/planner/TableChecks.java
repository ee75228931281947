package io.pgtrickle.planner;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.ColumnInfo;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.TableInfo;
import java.util.List;

/// Whether all changes of a table, and what they change, can be read from the stream.
final class TableChecks {

    private static final int GENERATED_COLUMNS_IN_IDENTITY_FAIL_SINCE = 18;

    private final int majorVersion;

    TableChecks(int majorVersion) {
        this.majorVersion = majorVersion;
    }

    /// In double quotes, with the schema.
    static String name(TableInfo table) {
        return Quoting.qualified(table.name().schema(), table.name().name());
    }

    void check(TableInfo table) {
        checkSchema(table);
        checkKind(table);
        checkPersistence(table);
        if (table.traits().rowSecurity()) {
            throw PgtrickleException.of(
                            ErrorCode.ROW_SECURITY,
                            "table "
                                    + name(table)
                                    + " has row-level security, which a view's table would evade")
                    .withHint("Query tables without row-level security.");
        }
        if (table.kind() != TableInfo.Kind.PARTITIONED_TABLE) {
            checkIdentity(table);
        }
    }

    private void checkSchema(TableInfo table) {
        String schema = table.name().schema();
        if (table.traits().system()
                || schema.equals("pg_catalog")
                || schema.equals("information_schema")) {
            throw Refusals.source(
                    "relation "
                            + name(table)
                            + " is one of the system's own: its changes aren't streamed",
                    "Query ordinary tables.");
        }
        if (schema.equals("pgtrickle")) {
            throw Refusals.source(
                    "table " + name(table) + " is one of pgtrickle's own",
                    "Query ordinary tables and views.");
        }
    }

    private static void checkKind(TableInfo table) {
        switch (table.kind()) {
            case TABLE, PARTITIONED_TABLE -> {}
            case VIEW ->
                    throw Refusals.source(
                            "view " + name(table) + " isn't supported yet as a source",
                            "Write the view's query as a subquery in FROM.");
            case MATERIALIZED_VIEW ->
                    throw Refusals.source(
                            "materialized view "
                                    + name(table)
                                    + " can't be a source: its changes aren't streamed",
                            "Write its query as a subquery in FROM.");
            case FOREIGN_TABLE ->
                    throw Refusals.source(
                            "foreign table "
                                    + name(table)
                                    + " can't be a source: its changes aren't streamed",
                            "Copy its rows into an ordinary table.");
            case OTHER ->
                    throw Refusals.source(
                            "relation " + name(table) + " can't be a source: it is no table",
                            "Query ordinary tables.");
        }
    }

    private static void checkPersistence(TableInfo table) {
        if (table.traits().temporary()) {
            throw Refusals.source(
                    "temporary table "
                            + name(table)
                            + " can't be a source: it belongs to one session",
                    "Use an ordinary table.");
        }
        if (!table.traits().permanent()) {
            throw Refusals.source(
                    "unlogged table "
                            + name(table)
                            + " can't be a source: its changes aren't in the write-ahead log",
                    "ALTER TABLE " + name(table) + " SET LOGGED");
        }
    }

    private void checkIdentity(TableInfo table) {
        switch (table.replicaIdentity()) {
            case TableInfo.ReplicaIdentity.Key(List<Integer> attributes) -> {
                for (int attribute : attributes) {
                    checkColumn(table, attribute);
                }
            }
            case TableInfo.ReplicaIdentity.Full() -> checkFullIdentity(table);
            case TableInfo.ReplicaIdentity.None() ->
                    throw PgtrickleException.of(
                                    ErrorCode.NO_REPLICA_IDENTITY,
                                    "table "
                                            + name(table)
                                            + " has no replica identity: its changes can't tell which rows they change")
                            .withHint(
                                    "Add a primary key, ALTER TABLE "
                                            + name(table)
                                            + " ADD PRIMARY KEY (...), or run: ALTER TABLE "
                                            + name(table)
                                            + " REPLICA IDENTITY FULL");
        }
    }

    /// Since 18 the table's own UPDATE and DELETE fail, once it is published, where the identity has unpublished columns.
    private void checkFullIdentity(TableInfo table) {
        if (majorVersion >= GENERATED_COLUMNS_IN_IDENTITY_FAIL_SINCE) {
            table.columns().stream()
                    .filter(column -> column.generation() != ColumnInfo.Generation.NONE)
                    .findFirst()
                    .ifPresent(column -> {
                        throw Refusals.source(
                                "table "
                                        + name(table)
                                        + " has replica identity FULL and generated column \""
                                        + column.name()
                                        + "\": once it is published, its own updates would fail",
                                "Add a primary key and run: ALTER TABLE "
                                        + name(table)
                                        + " REPLICA IDENTITY DEFAULT");
                    });
        }
    }

    /// Of a column that is used.
    void checkColumn(TableInfo table, int attributeNumber) {
        ColumnInfo column = column(table, attributeNumber);
        if (column.generation() != ColumnInfo.Generation.NONE) {
            throw Refusals.source(
                    "column \""
                            + column.name()
                            + "\" of table "
                            + name(table)
                            + " isn't supported yet: it is generated, and isn't in the stream of changes",
                    "Write its expression in the query.");
        }
    }

    static ColumnInfo column(TableInfo table, int attributeNumber) {
        return table.column(attributeNumber)
                .orElseThrow(() ->
                        PgtrickleException.of(
                                ErrorCode.SOURCE_CHANGED,
                                "column number "
                                        + attributeNumber
                                        + " of table "
                                        + name(table)
                                        + " is gone"));
    }
}
