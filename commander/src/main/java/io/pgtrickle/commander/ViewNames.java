package io.pgtrickle.commander;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.ErrorKind;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Quoting;
import java.util.List;
import java.util.Optional;

/// Which table a command's name means, as the caller would see it, and whether a view may be made there.
final class ViewNames {

    record QualifiedName(String schema, String name) {}

    private final Sql sql;

    ViewNames(Sql sql) {
        this.sql = sql;
    }

    QualifiedName resolve(Command command) {
        List<String> parts = parts(command.required("name"));
        return switch (parts.size()) {
            case 1 -> new QualifiedName(creationSchema(command.searchPath()), parts.getFirst());
            case 2 -> new QualifiedName(parts.get(0), parts.get(1));
            default ->
                    throw PgtrickleException.of(
                                    ErrorCode.BAD_ARGUMENT,
                                    "\"" + command.required("name") + "\" is not a view's name")
                            .withHint("name it as name or schema.name");
        };
    }

    /// A view's new name: in its own schema, unless another one is named.
    QualifiedName resolveNew(Command command, String schema) {
        List<String> parts = parts(command.required("new_name"));
        return parts.size() == 2
                ? new QualifiedName(parts.get(0), parts.get(1))
                : new QualifiedName(schema, parts.getFirst());
    }

    /// The first schema of the caller's search path that exists.
    private String creationSchema(String searchPath) {
        return sql.transaction(
                        () -> {
                            sql.one(
                                    "SELECT set_config('search_path', ?, true)",
                                    row -> row.getString(1),
                                    searchPath);
                            return sql.one(
                                    "SELECT pg_catalog.current_schema()",
                                    row -> Optional.ofNullable(row.getString(1)));
                        })
                .orElseThrow(() ->
                        PgtrickleException.of(
                                        ErrorCode.NAME_UNKNOWN,
                                        "no schema has been selected to create in")
                                .withSqlState("3F000"));
    }

    /// @throws PgtrickleException where the caller may not make a view of that name
    void check(QualifiedName name, String caller) {
        if (name.schema().equals("pgtrickle") || name.schema().startsWith("pg_")) {
            throw PgtrickleException.of(
                            ErrorCode.BAD_ARGUMENT,
                            "schema \"" + name.schema() + "\" can't hold views")
                    .withHint("name another schema");
        }
        Optional<Boolean> mayCreate =
                sql.first(
                        "SELECT has_schema_privilege(?::name, oid, 'CREATE') FROM pg_namespace WHERE nspname = ?",
                        row -> row.getBoolean(1),
                        caller,
                        name.schema());
        if (mayCreate.isEmpty()) {
            throw PgtrickleException.of(
                            ErrorCode.NAME_UNKNOWN,
                            "schema \"" + name.schema() + "\" does not exist")
                    .withSqlState("3F000");
        }
        if (!mayCreate.get()) {
            throw PgtrickleException.of(
                    ErrorCode.PRIVILEGE_MISSING, "permission denied for schema " + name.schema());
        }
        boolean taken =
                new ViewCatalog(sql).find(name).isPresent()
                        || sql.one(
                                "SELECT to_regclass(?) IS NOT NULL OR to_regtype(?) IS NOT NULL",
                                row -> row.getBoolean(1),
                                Quoting.qualified(name.schema(), name.name()),
                                Quoting.qualified(name.schema(), name.name()));
        if (taken) {
            throw PgtrickleException.of(
                    ErrorCode.NAME_TAKEN, "relation \"" + name.name() + "\" already exists");
        }
    }

    /// The name's parts as PostgreSQL reads identifiers.
    private List<String> parts(String name) {
        try {
            return sql.one(
                    "SELECT parse_ident(?)",
                    row -> List.of((String[]) row.getArray(1).getArray()),
                    name);
        } catch (PgtrickleException e) {
            if (e.kind() == ErrorKind.WORLD) {
                throw e;
            }
            throw PgtrickleException.of(
                            ErrorCode.BAD_ARGUMENT, "\"" + name + "\" is not a view's name", e)
                    .withHint("name it as name or schema.name, with double quotes where needed");
        }
    }
}
