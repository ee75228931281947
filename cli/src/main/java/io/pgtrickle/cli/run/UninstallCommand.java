package io.pgtrickle.cli.run;

import io.pgtrickle.cli.configuration.Configuration;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.commander.Installation;
import io.pgtrickle.postgres.Sessions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/// `pgtrickle uninstall`.
@Command(
        name = "uninstall",
        description =
                "Drops the slot, the publication and the schema pgtrickle. Result tables stay, as ordinary tables.")
public final class UninstallCommand implements Callable<Integer> {

    private final Console console;

    @Mixin private SettingOptions settings = new SettingOptions();

    public UninstallCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        Configuration configuration = settings.read(console);
        try (Connection connection =
                Sessions.open(configuration.address(), "pgtrickle uninstall")) {
            List<String> tables = resultTables(connection);
            Installation.uninstall(connection, configuration.slot(), configuration.publication());
            console.say(
                    "dropped: slot \""
                            + configuration.slot()
                            + "\", publication \""
                            + configuration.publication()
                            + "\", schema \"pgtrickle\"");
            for (String table : tables) {
                console.say("left: table " + table + ", which nothing keeps fresh any more");
            }
            console.say(
                    "left: the state directory of the sidecar, and wal_level, which must stay \"logical\""
                            + " while any logical slot exists");
        }
        return ExitCode.OK;
    }

    private static List<String> resultTables(Connection connection) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet there =
                    statement.executeQuery("SELECT to_regprocedure('pgtrickle.list_views()')")) {
                if (!there.next() || there.getString(1) == null) {
                    return tables;
                }
            }
            try (ResultSet views =
                    statement.executeQuery("SELECT view_name::text FROM pgtrickle.list_views()")) {
                while (views.next()) {
                    tables.add(views.getString(1));
                }
            }
        }
        return tables;
    }
}
