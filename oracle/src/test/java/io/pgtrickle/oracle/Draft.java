package io.pgtrickle.oracle;

import io.pgtrickle.oracle.RandomTables.Table;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// One query in the making: its choices, its names, how large it may still grow, and what it uses.
final class Draft {

    private static final int MAX_RELATIONS = 5;

    /// An expression in scope, its type and what is open in its value.
    record Term(String sql, ValueKind kind, Leeway leeway) {

        /// A plain column, of which a subquery may speak wherever it stands.
        boolean isColumn() {
            return sql.matches("\\w+\\.(\\w+|\"[^\"]+\")");
        }

        /// Whether equal values look equal and have an order that is known: rows that tie in such columns can't be told apart by them.
        boolean isSortable() {
            return leeway == Leeway.NONE && ValueKind.SORTABLE.contains(kind);
        }
    }

    /// A query or what stands in FROM: its text and the columns that it gives, by name.
    record Relation(String sql, Map<String, Term> columns) {

        List<Term> terms() {
            return List.copyOf(columns.values());
        }

        /// As a derived table's columns are named outside.
        Map<String, Term> under(String alias) {
            Map<String, Term> named = new LinkedHashMap<>();
            columns.forEach((name, term) ->
                    named.put(name, new Term(alias + "." + name, term.kind(), term.leeway())));
            return named;
        }
    }

    private final Choices choices;
    private final List<Table> tables;
    private final Set<Construct> used = EnumSet.noneOf(Construct.class);

    /// Common table expressions that can be named, innermost last.
    private final List<CommonTable> commonTables = new ArrayList<>();

    /// Where the expression in the making stands, as far as a subquery there is a construct of its own.
    private final Deque<Construct> places = new ArrayDeque<>();

    private int aliases;
    private int relations;
    private int subqueryDepth;

    /// A common table expression in scope.
    record CommonTable(String name, Map<String, Term> columns) {}

    Draft(Choices choices, List<Table> tables) {
        this.choices = choices;
        this.tables = List.copyOf(tables);
    }

    Choices choices() {
        return choices;
    }

    List<Table> tables() {
        return tables;
    }

    List<CommonTable> commonTables() {
        return commonTables;
    }

    Set<Construct> used() {
        return used;
    }

    void use(Construct construct) {
        used.add(construct);
    }

    /// What is made within is at that place.
    <T> T within(Construct place, Supplier<T> made) {
        places.push(place);
        try {
            return made.get();
        } finally {
            places.pop();
        }
    }

    /// What is made within is a subquery at the present places.
    <T> T subquery(Supplier<T> made) {
        used.addAll(places);
        List<Construct> outside = List.copyOf(places);
        places.clear();
        subqueryDepth++;
        try {
            return made.get();
        } finally {
            subqueryDepth--;
            places.addAll(outside);
        }
    }

    int subqueryDepth() {
        return subqueryDepth;
    }

    String alias() {
        return "a" + aliases++;
    }

    /// Counts a relation more.
    void grow() {
        relations++;
    }

    boolean mayGrow() {
        return relations < MAX_RELATIONS;
    }
}
