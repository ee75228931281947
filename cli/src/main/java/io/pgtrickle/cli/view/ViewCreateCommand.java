package io.pgtrickle.cli.view;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `pgtrickle view create`.
@Command(name = "create", description = "Creates a table that follows a query's result.")
final class ViewCreateCommand implements Callable<Integer> {

    private final Console console;

    @Mixin private NamedQuery view = new NamedQuery();

    @Option(names = "--if-not-exists", description = "Do nothing where a view of that name exists.")
    private boolean ifNotExists;

    @Option(
            names = "--view-group",
            description = "The group with which it moves; by default \"default\".")
    private String viewGroup = "default";

    @Option(
            names = "--no-wait",
            description = "Return once the view is accepted; it is filled in the background.")
    private boolean noWait;

    @Option(
            names = "--or-replace",
            description = "Give a view of that name the query, where there is one.")
    private boolean orReplace;

    @Option(
            names = "--use-existing-table",
            description = "Fill an empty table of that name, which a migration made.")
    private boolean useExistingTable;

    ViewCreateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException, IOException {
        String name = view.name();
        String query = view.read();
        try (Database database = Database.open(console.address())) {
            database.execute(
                    "CALL pgtrickle.create_view(name => ?, query => ?, block => ?, if_not_exists => ?,"
                            + " or_replace => ?, use_existing_table => ?, view_group => ?)",
                    name,
                    query,
                    !noWait,
                    ifNotExists,
                    orReplace,
                    useExistingTable,
                    viewGroup);
        }
        console.say(noWait ? "view " + name + " is accepted" : "view " + name + " is there");
        return ExitCode.OK;
    }
}
