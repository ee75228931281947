package io.pgtrickle.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Bars of several contenders, a group for each subject of one measure, as SVG: medians, with a line from the least to the most.
///
/// @param metric one that all of the samples have
record BarChart(String measure, String metric, Samples samples) {

    private static final int BAR_HEIGHT = 14;
    private static final int GROUP_GAP = 12;
    private static final int LEFT = 130;
    private static final int PLOT_WIDTH = 460;
    private static final int RIGHT = 90;
    private static final int TOP = 56;
    private static final List<String> COLOURS =
            List.of("#2b6cb0", "#a0aec0", "#dd8452", "#55a868", "#8172b3", "#937860");

    /// One for each measure and metric that has yardsticks.
    static List<BarChart> of(Samples samples) {
        record Axis(String measure, String metric) {}
        Set<Axis> axes = samples.distinct(s -> new Axis(s.name().measure(), s.name().metric()));
        List<BarChart> charts = new ArrayList<>();
        for (Axis axis : axes) {
            Samples own =
                    new Samples(
                            samples.all().stream()
                                    .filter(s -> s.name().measure().equals(axis.measure()))
                                    .filter(s -> s.name().metric().equals(axis.metric()))
                                    .toList());
            if (own.distinct(Sample::contender).size() > 1) {
                charts.add(new BarChart(axis.measure(), axis.metric(), own));
            }
        }
        return charts;
    }

    String fileName() {
        return measure + "-" + metric.replace('_', '-') + ".svg";
    }

    String title() {
        return measure + ", " + metric.replace('_', ' ');
    }

    String svg() {
        List<String> contenders =
                samples.distinct(Sample::contender).stream()
                        .sorted((a, b) -> Boolean.compare(isOwn(b), isOwn(a)))
                        .toList();
        double most = samples.all().stream().mapToDouble(Sample::value).max().orElse(1);
        StringBuilder bars = new StringBuilder();
        int y = TOP;
        for (String subject : samples.distinct(s -> s.name().subject())) {
            Sample.Name name = new Sample.Name(measure, subject, metric);
            List<String> present =
                    contenders.stream().filter(c -> samples.of(name, c).isMeasured()).toList();
            bars.append(text(LEFT - 8, y + present.size() * BAR_HEIGHT / 2 + 4, "end", subject));
            for (String contender : present) {
                String colour = COLOURS.get(contenders.indexOf(contender) % COLOURS.size());
                bars.append(bar(y, samples.of(name, contender), most, colour));
                y += BAR_HEIGHT;
            }
            y += GROUP_GAP;
        }
        int width = LEFT + PLOT_WIDTH + RIGHT;
        return """
        <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">
        <rect width="100%%" height="100%%" fill="white"/>
        %s%s%s</svg>
        """
                .formatted(
                        width,
                        y,
                        text(8, 20, "start", title()),
                        legend(contenders),
                        bars.toString());
    }

    private static boolean isOwn(String contender) {
        return contender.equals(Sample.PGTRICKLE);
    }

    private static String legend(List<String> contenders) {
        StringBuilder legend = new StringBuilder();
        int x = 8;
        for (String contender : contenders) {
            legend.append(
                    rectangle(
                            x,
                            32,
                            10,
                            COLOURS.get(contenders.indexOf(contender) % COLOURS.size())));
            legend.append(text(x + 14, 41, "start", contender));
            x += 30 + 7 * contender.length();
        }
        return legend.toString();
    }

    private static String bar(int y, Spread spread, double most, String colour) {
        double scale = PLOT_WIDTH / Math.max(most, 1e-9);
        String line =
                String.format(
                        Locale.ROOT,
                        "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"black\"/>%n",
                        LEFT + spread.least() * scale,
                        LEFT + spread.most() * scale,
                        y + BAR_HEIGHT / 2 - 1,
                        y + BAR_HEIGHT / 2 - 1);
        return rectangle(LEFT, y, spread.median() * scale, colour)
                + (spread.runs() > 1 ? line : "")
                + text(
                        (int) (LEFT + spread.most() * scale) + 5,
                        y + 10,
                        "start",
                        Spread.text(spread.median()));
    }

    private static String rectangle(int x, int y, double width, String colour) {
        return String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                x,
                y,
                width,
                BAR_HEIGHT - 3,
                colour);
    }

    private static String text(int x, int y, String anchor, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
        return String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                escaped);
    }
}
