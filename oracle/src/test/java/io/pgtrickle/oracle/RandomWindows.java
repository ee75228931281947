package io.pgtrickle.oracle;

import io.pgtrickle.oracle.Draft.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Window functions. Where the place of a row among its peers matters, the order is by all columns that are shown: rows that tie in it
/// can't be told apart.
final class RandomWindows {

    private final Draft draft;
    private final Choices random;

    RandomWindows(Draft draft) {
        this.draft = draft;
        this.random = draft.choices();
    }

    /// Adds columns with window functions to those shown.
    ///
    /// @param order sortable columns, which are shown too
    /// @param whole whether the order tells apart all rows that what is shown tells apart; else no function may go by places
    /// @return the WINDOW clause, or nothing
    String add(List<Term> order, Map<String, Term> columns, boolean whole) {
        order.forEach(term -> columns.put("x" + columns.size(), term));
        int count = random.oneIn(3) ? 2 : 1;
        if (count > 1) {
            draft.use(Construct.SEVERAL_WINDOWS);
        }
        String named = "";
        for (int i = 0; i < count; i++) {
            if (i == 0 && random.oneIn(6)) {
                draft.use(Construct.NAMED_WINDOW);
                draft.use(Construct.RANKING_WINDOW);
                named = " WINDOW w AS (" + partition(order) + by(order, true) + ")";
                columns.put(
                        "x" + columns.size(),
                        new Term(
                                whole ? "row_number() OVER w" : "rank() OVER w",
                                ValueKind.INT8,
                                Leeway.NONE));
            } else {
                columns.put("x" + columns.size(), i == 0 && whole ? window(order) : ofPeers(order));
            }
        }
        return named;
    }

    /// One that tells no peers apart. Of rows that are alike in everything any may be the first, so that by a second window function
    /// that goes by their places there would be several right answers.
    private Term ofPeers(List<Term> order) {
        if (order.isEmpty()) {
            return new Term("count(*) OVER ()", ValueKind.INT8, Leeway.NONE);
        }
        draft.use(Construct.AGGREGATE_WINDOW);
        String call = random.pick(List.of("rank()", "dense_rank()", "count(*)"));
        return new Term(
                call + " OVER (" + partition(order) + by(order, random.nextBoolean()) + ")",
                ValueKind.INT8,
                Leeway.NONE);
    }

    private Term window(List<Term> order) {
        if (order.isEmpty()) {
            return new Term("count(*) OVER ()", ValueKind.INT8, Leeway.NONE);
        }
        return switch (random.nextInt(5)) {
            case 0 -> ranking(order);
            case 1 -> neighbour(order);
            case 2 -> value(order);
            default -> aggregate(order);
        };
    }

    private Term ranking(List<Term> order) {
        draft.use(Construct.RANKING_WINDOW);
        String name =
                random.pick(
                        List.of(
                                "rank()",
                                "dense_rank()",
                                "row_number()",
                                "percent_rank()",
                                "cume_dist()",
                                "ntile(3)"));
        boolean total = name.startsWith("row") || name.startsWith("ntile");
        ValueKind kind =
                switch (name) {
                    case "percent_rank()", "cume_dist()" -> ValueKind.DOUBLE;
                    case "ntile(3)" -> ValueKind.INT4;
                    default -> ValueKind.INT8;
                };
        return new Term(
                name + " OVER (" + partition(order) + by(order, total) + ")", kind, Leeway.NONE);
    }

    private Term neighbour(List<Term> order) {
        draft.use(Construct.LAG_LEAD);
        Term value = random.pick(order);
        String arguments =
                value.sql()
                        + random.pick(
                                List.of(
                                        "",
                                        ", 1",
                                        ", 2",
                                        ", 0",
                                        ", 1, " + value.kind().typed(random)));
        return new Term(
                random.pick(List.of("lag(", "lead("))
                        + arguments
                        + ") OVER ("
                        + partition(order)
                        + by(order, true)
                        + ")",
                plain(value.kind()),
                Leeway.NONE);
    }

    /// A domain or a length is gone from the result.
    private static ValueKind plain(ValueKind kind) {
        return switch (kind) {
            case VARCHAR, LABEL -> ValueKind.TEXT;
            case POSITIVE -> ValueKind.INT4;
            default -> kind;
        };
    }

    private Term value(List<Term> order) {
        draft.use(Construct.VALUE_WINDOW);
        Term value = random.pick(order);
        String call =
                random.pick(
                        List.of(
                                "first_value(" + value.sql() + ")",
                                "last_value(" + value.sql() + ")",
                                "nth_value(" + value.sql() + ", 2)"));
        return new Term(
                call + " OVER (" + partition(order) + by(order, true) + frame(order, true) + ")",
                plain(value.kind()),
                Leeway.NONE);
    }

    private Term aggregate(List<Term> order) {
        draft.use(Construct.AGGREGATE_WINDOW);
        List<Term> numbers =
                order.stream()
                        .filter(term ->
                                term.kind() == ValueKind.INT4 || term.kind() == ValueKind.INT8)
                        .toList();
        Term value = random.pick(order);
        String call = "count(*)";
        ValueKind kind = ValueKind.INT8;
        if (!numbers.isEmpty() && random.nextInt(4) > 0) {
            Term number = random.pick(numbers);
            call = random.pick(List.of("sum(", "avg(", "min(", "max(")) + number.sql() + ")";
            kind =
                    call.startsWith("m")
                            ? number.kind()
                            : call.startsWith("s") && number.kind() == ValueKind.INT4
                                    ? ValueKind.INT8
                                    : ValueKind.NUMERIC;
        } else if (random.nextBoolean()) {
            call = "count(" + value.sql() + ")";
        }
        String filter = random.oneIn(8) ? " FILTER (WHERE " + value.sql() + " IS NOT NULL)" : "";
        boolean ordered = random.nextInt(4) > 0;
        boolean total = random.nextBoolean();
        String over = ordered ? by(order, total) + frame(order, total) : "";
        return new Term(
                call + filter + " OVER (" + partition(order) + over + ")", kind, Leeway.NONE);
    }

    private String partition(List<Term> order) {
        return random.nextInt(3) > 0 && !order.isEmpty()
                ? "PARTITION BY " + random.pick(order).sql()
                : "";
    }

    private String by(List<Term> order, boolean total) {
        List<Term> shuffled = new ArrayList<>(order);
        List<Term> used = total ? shuffled : shuffled.subList(0, 1);
        return used.isEmpty()
                ? ""
                : " ORDER BY "
                        + used.stream()
                                .map(term ->
                                        term.sql()
                                                + random.pick(
                                                        List.of("", "", " DESC", " NULLS FIRST")))
                                .collect(Collectors.joining(", "));
    }

    /// @param total whether the order leaves no ties that could be told apart: else no frame may count rows
    private String frame(List<Term> order, boolean total) {
        if (random.nextInt(3) == 0) {
            return "";
        }
        String mode;
        boolean offsets = true;
        switch (random.nextInt(total ? 3 : 2)) {
            case 0 -> {
                draft.use(Construct.GROUPS_FRAME);
                mode = " GROUPS ";
            }
            case 1 -> {
                Term first = order.getFirst();
                boolean numeric =
                        !total
                                && (first.kind() == ValueKind.INT4
                                        || first.kind() == ValueKind.INT8);
                draft.use(numeric ? Construct.RANGE_OFFSET_FRAME : Construct.RANGE_FRAME);
                offsets = numeric;
                mode = " RANGE ";
            }
            default -> {
                draft.use(Construct.ROWS_FRAME);
                mode = " ROWS ";
            }
        }
        String bounds =
                offsets
                        ? random.pick(
                                List.of(
                                        "BETWEEN 1 PRECEDING AND CURRENT ROW",
                                        "BETWEEN 1 PRECEDING AND 1 FOLLOWING",
                                        "BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING",
                                        "BETWEEN 1 FOLLOWING AND 2 FOLLOWING",
                                        "BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING",
                                        "2 PRECEDING"))
                        : random.pick(
                                List.of(
                                        "UNBOUNDED PRECEDING",
                                        "BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
                                        "BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
                                        "CURRENT ROW"));
        String exclude = "";
        if (random.oneIn(4)) {
            draft.use(Construct.EXCLUDE);
            exclude =
                    random.pick(
                            List.of(
                                    " EXCLUDE CURRENT ROW",
                                    " EXCLUDE GROUP",
                                    " EXCLUDE TIES",
                                    " EXCLUDE NO OTHERS"));
        }
        return mode + bounds + exclude;
    }
}
