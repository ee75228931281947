package io.pgtrickle.cli.console;

import java.util.List;

/// Prints a block of lines again and again: in its place on a terminal, below the last one elsewhere.
public final class LiveTable {

    private static final String ESCAPE = "\u001b[";

    private final Console console;
    private int linesUp;

    public LiveTable(Console console) {
        this.console = console;
    }

    public void show(String headline, Table table) {
        if (console.interactive()) {
            // up to where the last block began, and erase to the end of the screen
            String back = linesUp == 0 ? "" : ESCAPE + linesUp + "A" + ESCAPE + "J";
            console.out().print(back);
        }
        List<String> lines = TextTable.lines(table);
        console.out().println(headline);
        lines.forEach(console.out()::println);
        console.out().println();
        console.out().flush();
        linesUp = lines.size() + 2;
    }
}
