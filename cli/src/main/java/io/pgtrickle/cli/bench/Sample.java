package io.pgtrickle.cli.bench;

import java.util.List;
import java.util.Locale;

/// One measured figure.
///
/// @param contender whose figure it is: `pgtrickle`, or a yardstick
/// @param run from 1 on; contenders of one run had the same work
record Sample(Occasion occasion, Name name, String contender, int run, double value) {

    static final String PGTRICKLE = "pgtrickle";

    static final List<String> COLUMNS =
            List.of(
                    "at",
                    "rows",
                    "load_average",
                    "measure",
                    "subject",
                    "metric",
                    "contender",
                    "run",
                    "value");

    /// @param at date and time of the benchmark's start
    /// @param rows its scale
    /// @param loadAverage of the machine before anything was started; others' work makes figures provisional
    record Occasion(String at, int rows, double loadAverage) {}

    /// @param subject what was kept, under what load
    /// @param metric what was measured, with its unit at the end
    record Name(String measure, String subject, String metric) {}

    List<String> cells() {
        return List.of(
                occasion.at(),
                Integer.toString(occasion.rows()),
                number(occasion.loadAverage()),
                name.measure(),
                name.subject(),
                name.metric(),
                contender,
                Integer.toString(run),
                number(value));
    }

    static Sample of(List<String> cells) {
        return new Sample(
                new Occasion(
                        cells.get(0),
                        Integer.parseInt(cells.get(1)),
                        Double.parseDouble(cells.get(2))),
                new Name(cells.get(3), cells.get(4), cells.get(5)),
                cells.get(6),
                Integer.parseInt(cells.get(7)),
                Double.parseDouble(cells.get(8)));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
