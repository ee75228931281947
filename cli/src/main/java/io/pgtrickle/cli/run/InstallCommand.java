package io.pgtrickle.cli.run;

import io.pgtrickle.cli.configuration.Configuration;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.commander.Installation;
import io.pgtrickle.postgres.Quoting;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `pgtrickle install`.
@Command(
        name = "install",
        description =
                "Makes the schema pgtrickle, the publication and the slot; run does it as well.")
public final class InstallCommand implements Callable<Integer> {

    private final Console console;

    @Mixin private SettingOptions settings = new SettingOptions();

    @Option(
            names = "--print",
            description =
                    "Print the SQL and the GRANTs that a role without further rights needs, and change nothing.")
    private boolean print;

    public InstallCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Configuration configuration = settings.read(console);
        if (print) {
            grants(configuration).forEach(console.out()::println);
            console.out().println("BEGIN;");
            console.out().println(Installation.installSql());
            console.out().println("COMMIT;");
            console.out().flush();
            return ExitCode.OK;
        }
        Installation.install(
                configuration.address(), configuration.slot(), configuration.publication());
        console.say(
                "installed: schema \"pgtrickle\", publication \""
                        + configuration.publication()
                        + "\", slot \""
                        + configuration.slot()
                        + "\"");
        return ExitCode.OK;
    }

    private static List<String> grants(Configuration configuration) {
        String role = Quoting.identifier(configuration.address().user());
        String database = Quoting.identifier(configuration.address().database());
        return List.of(
                "-- What the sidecar's role needs; to be run by a superuser or the owner of the database.",
                "CREATE ROLE "
                        + role
                        + " LOGIN REPLICATION PASSWORD '...';    -- where it isn't there yet",
                "GRANT CREATE ON DATABASE "
                        + database
                        + " TO "
                        + role
                        + ";    -- for the schema and the publication",
                "-- For each schema with tables that views read, and for each that views are made in:",
                "GRANT USAGE, CREATE ON SCHEMA public TO " + role + ";",
                "GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + role + ";",
                "-- PostgreSQL lets only a table's owner publish it. Either make the role a member of the owners:",
                "--   GRANT owner_of_the_tables TO " + role + ";",
                "-- or publish the tables yourself, once the publication is there:",
                "--   ALTER PUBLICATION "
                        + Quoting.identifier(configuration.publication())
                        + " ADD TABLE ...;",
                "",
                "-- The publication and the slot, as pgtrickle makes them:",
                "--   CREATE PUBLICATION " + Quoting.identifier(configuration.publication()) + ";",
                "--   SELECT pg_create_logical_replication_slot("
                        + Quoting.literal(configuration.slot())
                        + ", 'pgoutput');",
                "");
    }
}
