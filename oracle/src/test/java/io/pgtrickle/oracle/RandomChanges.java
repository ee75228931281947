package io.pgtrickle.oracle;

import io.pgtrickle.oracle.RandomTables.Column;
import io.pgtrickle.oracle.RandomTables.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/// Transactions over generated tables: single rows and mixtures, key changes and swaps, groups that go and come back, TRUNCATE,
/// unchanged out-of-line values, savepoints rolled back. A statement may fail by a unique key.
final class RandomChanges {

    private static final int ROWS = 25;

    private final Random random;
    private final List<Table> tables;

    RandomChanges(Random random, List<Table> tables) {
        this.random = random;
        this.tables = tables;
    }

    /// So many rows for each table.
    List<String> rows(int rows) {
        List<String> statements = new ArrayList<>();
        for (Table table : tables) {
            for (int i = 0; i < rows; i++) {
                statements.add(insert(table, 1));
            }
        }
        return statements;
    }

    List<String> transaction() {
        List<String> statements = new ArrayList<>();
        int count = random.nextInt(3) == 0 ? 2 + random.nextInt(6) : 1;
        for (int i = 0; i < count; i++) {
            List<String> change = change(tables.get(random.nextInt(tables.size())));
            if (random.nextInt(10) == 0) {
                statements.add("SAVEPOINT undone");
                statements.addAll(change);
                statements.add("ROLLBACK TO SAVEPOINT undone");
            } else {
                statements.addAll(change);
            }
        }
        return statements;
    }

    private List<String> change(Table table) {
        int dice = random.nextInt(100);
        if (dice < 42) {
            return List.of(insert(table, 1 + random.nextInt(3)));
        }
        if (dice < 62) {
            return List.of(update(table));
        }
        if (dice < 72) {
            return table.key().isEmpty() ? List.of(repeat(table)) : rekey(table);
        }
        if (dice < 92) {
            return List.of("DELETE FROM " + table.name() + condition(table));
        }
        if (dice < 94) {
            return List.of("DELETE FROM " + table.name(), insert(table, 2));
        }
        if (dice < 96) {
            return List.of("TRUNCATE " + table.name(), insert(table, 1));
        }
        return dice < 97
                ? List.of("TRUNCATE " + table.name())
                : List.of(shrink(table), insert(table, 1));
    }

    /// Keeps tables small.
    private String shrink(Table table) {
        return "DELETE FROM "
                + table.name()
                + " WHERE ctid IN (SELECT ctid FROM "
                + table.name()
                + " OFFSET "
                + ROWS / 2
                + ")";
    }

    private String insert(Table table, int rows) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            values.add(
                    table.columns().stream()
                            .map(column ->
                                    table.key().contains(column) ? keyValue(column) : value(column))
                            .collect(Collectors.joining(", ", "(", ")")));
        }
        return "INSERT INTO "
                + table.name()
                + " VALUES "
                + String.join(", ", values)
                + (table.key().isEmpty() ? "" : " ON CONFLICT DO NOTHING");
    }

    /// One row twice.
    private String repeat(Table table) {
        return "INSERT INTO "
                + table.name()
                + " SELECT * FROM "
                + table.name()
                + " LIMIT "
                + (1 + random.nextInt(2));
    }

    private String update(Table table) {
        StringBuilder set = new StringBuilder();
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            Column column = table.others().get(random.nextInt(table.others().size()));
            if (set.indexOf(column.name() + " =") < 0) {
                set.append(set.isEmpty() ? "" : ", ")
                        .append(column.name())
                        .append(" = ")
                        .append(value(column));
            }
        }
        return "UPDATE " + table.name() + " SET " + set + condition(table);
    }

    private List<String> rekey(Table table) {
        Column column = table.key().getFirst();
        String one = keyValue(column);
        String two = keyValue(column);
        String set = "UPDATE " + table.name() + " SET " + column.name() + " = ";
        String where = " WHERE " + column.name() + " = ";
        if (random.nextBoolean()) {
            return List.of(set + two + where + one);
        }
        String away = column.kind() == ValueKind.TEXT ? "'away'" : "-999";
        return List.of(set + away + where + one, set + one + where + two, set + two + where + away);
    }

    private String condition(Table table) {
        List<Column> columns = table.columns();
        Column column = columns.get(random.nextInt(columns.size()));
        return switch (random.nextInt(6)) {
            case 0 -> " WHERE " + column.name() + " IS NULL";
            case 1 -> " WHERE n % 3 = " + random.nextInt(3);
            case 2, 3 ->
                    " WHERE ctid IN (SELECT "
                            + (random.nextBoolean() ? "min" : "max")
                            + "(ctid) FROM "
                            + table.name()
                            + ")";
            default ->
                    " WHERE "
                            + column.name()
                            + " = "
                            + (table.key().contains(column)
                                    ? keyValue(column)
                                    : column.kind().value(random)
                                            + "::"
                                            + column.kind().castType());
        };
    }

    private String value(Column column) {
        if (random.nextInt(25) == 0) {
            switch (column.kind()) {
                case TEXT -> {
                    return "repeat('ab', 2000)";
                }
                case BYTEA -> {
                    return "decode(repeat('ab', 3000), 'hex')";
                }
                default -> {}
            }
        }
        return column.kind().nullable(random, 5);
    }

    private String keyValue(Column column) {
        int number = random.nextInt(12);
        return switch (column.kind()) {
            case TEXT -> "'k" + number + "'";
            case DATE -> "date '2024-01-01' + " + number % 3;
            case NUMERIC -> number + (random.nextBoolean() ? ".0" : "");
            default -> String.valueOf(number);
        };
    }
}
