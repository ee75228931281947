package io.pgtrickle.planner;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Catalog;
import io.pgtrickle.postgres.ColumnInfo;
import io.pgtrickle.postgres.FunctionInfo;
import io.pgtrickle.postgres.TableInfo;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/// Whether a role could run the query itself. Goes through the whole tree, so that no subquery is missed: PostgreSQL notes in it,
/// level by level, which columns of which relations are read (`ExecCheckPermissions`).
final class PrivilegeCheck {

    /// Bitmapsets can't hold negative numbers: 0 is the attribute `FirstLowInvalidHeapAttributeNumber`.
    private static final int ATTRIBUTE_OFFSET = 7;

    private static final int WHOLE_ROW = 0;

    private final CatalogReader objects;
    private final Catalog catalog;
    private final String role;
    private final Set<Integer> checkedFunctions = new HashSet<>();
    private final Set<String> checkedSchemas = new HashSet<>();
    private final Set<String> checkedViews = new HashSet<>();

    PrivilegeCheck(CatalogReader objects, Catalog catalog, String role) {
        this.objects = objects;
        this.catalog = catalog;
        this.role = role;
    }

    /// @throws PgtrickleException PRIVILEGE_MISSING
    void check(Node query) {
        check(query, role);
    }

    /// @param reader with whose rights its relations are read: within a view its owner's, unless it is a security_invoker one;
    ///     functions run with the caller's everywhere
    private void check(Node query, String reader) {
        Deque<NodeValue> rest = new ArrayDeque<>(List.of(query));
        while (!rest.isEmpty()) {
            switch (rest.poll()) {
                case Node(String kind, SequencedMap<String, NodeValue> fields) -> {
                    node(new Node(kind, fields), reader);
                    rest.addAll(fields.values());
                }
                case NodeValue.Items(List<NodeValue> items) -> rest.addAll(items);
                case NodeValue.Nothing _,
                        NodeValue.Atom _,
                        NodeValue.Text _,
                        NodeValue.Datum _,
                        NodeValue.Numbers _ -> {}
            }
        }
    }

    private void node(Node node, String reader) {
        if (node.has("requiredPerms") && node.isSet("relid") && node.isSet("requiredPerms")) {
            relation(node, reader);
        }
        for (String field : List.of("funcid", "opfuncid", "aggfnoid", "winfnoid")) {
            if (node.isSet(field)) {
                function(node, node.integer(field));
            }
        }
    }

    private void relation(Node permissions, String reader) {
        TableInfo table = objects.table(permissions.integer("relid"));
        if (reader.equals(role)) {
            schema(table.name().schema());
        }
        select(table, permissions, reader);
        if (table.kind() == TableInfo.Kind.VIEW) {
            String next = objects.isSecurityInvoker(table.oid()) ? reader : table.name().owner();
            if (checkedViews.add(table.oid() + next)) {
                check(NodeTree.parseQuery(objects.viewTree(table.oid())), next);
            }
        }
    }

    private void select(TableInfo table, Node permissions, String reader) {
        if (catalog.hasTablePrivilege(reader, table.oid(), "SELECT")) {
            return;
        }
        List<Integer> selected = permissions.numbers("selectedCols");
        if (selected.isEmpty()) {
            if (table.columns().stream()
                    .noneMatch(column -> mayRead(table, column.attributeNumber(), reader))) {
                throw denied(kind(table), table.name().name());
            }
            return;
        }
        for (int member : selected) {
            int attribute = member - ATTRIBUTE_OFFSET;
            boolean allowed =
                    attribute == WHOLE_ROW
                            ? table.columns().stream()
                                    .map(ColumnInfo::attributeNumber)
                                    .allMatch(a -> mayRead(table, a, reader))
                            : mayRead(table, attribute, reader);
            if (!allowed) {
                throw denied(kind(table), table.name().name());
            }
        }
    }

    private boolean mayRead(TableInfo table, int attribute, String reader) {
        return catalog.hasColumnPrivilege(reader, table.oid(), attribute, "SELECT");
    }

    private void function(Node node, int oid) {
        if (!checkedFunctions.add(oid)) {
            return;
        }
        FunctionInfo function = objects.function(oid);
        boolean calledByName =
                node.kind().equals("AGGREF")
                        || node.kind().equals("WINDOWFUNC")
                        || node.has("funcformat") && node.integer("funcformat") == 0;
        if (calledByName) {
            schema(function.schema());
        }
        if (!catalog.hasFunctionPrivilege(role, oid)) {
            throw denied(
                    function.kind() == FunctionInfo.Kind.AGGREGATE ? "aggregate" : "function",
                    function.name());
        }
    }

    private void schema(String schema) {
        if (checkedSchemas.add(schema) && !catalog.hasSchemaPrivilege(role, schema, "USAGE")) {
            throw denied("schema", schema);
        }
    }

    private static String kind(TableInfo table) {
        return switch (table.kind()) {
            case VIEW -> "view";
            case MATERIALIZED_VIEW -> "materialized view";
            case FOREIGN_TABLE -> "foreign table";
            case TABLE, PARTITIONED_TABLE -> "table";
            case OTHER -> "sequence";
        };
    }

    /// In PostgreSQL's own words.
    private static PgtrickleException denied(String kind, String name) {
        return PgtrickleException.of(
                ErrorCode.PRIVILEGE_MISSING, "permission denied for " + kind + " " + name);
    }
}
