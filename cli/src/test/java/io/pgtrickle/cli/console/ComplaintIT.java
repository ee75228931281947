package io.pgtrickle.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class ComplaintIT {

    @Test
    void showsTheServersMessageDetailAndHint() throws SQLException {
        assertThat(
                        printed(
                                raised(
                                        """
                                        DO $$ BEGIN RAISE 'UNION is not supported' USING DETAIL = 'PGT-101', HINT = 'Use UNION ALL.'; END $$
                                        """)))
                .isEqualToNormalizingNewlines(
                        """
                        pgtrickle: UNION is not supported
                        detail: PGT-101
                        hint: Use UNION ALL.
                        """);
    }

    @Test
    void showsOurOwnCodeAndHint() {
        PgtrickleException error =
                PgtrickleException.of(ErrorCode.SETTING_WRONG, "wal_level is \"replica\"")
                        .withHint("Set it.");
        assertThat(printed(error))
                .isEqualToNormalizingNewlines(
                        """
                        pgtrickle: wal_level is "replica"
                        detail: PGT-201
                        hint: Set it.
                        """);
        assertThat(Complaint.of(error).exitCode()).isEqualTo(1);
    }

    @Test
    void aWrongArgumentIsUsage() {
        assertThat(Complaint.of(PgtrickleException.of(ErrorCode.BAD_ARGUMENT, "no")).exitCode())
                .isEqualTo(2);
    }

    @Test
    void severalLinesStaySeveralLinesWithoutControlCharacters() {
        assertThat(printed(new IllegalStateException("one\ntwo\u0007")))
                .startsWith("pgtrickle: one\ntwo\\x07");
    }

    @Test
    void aDatabaseWithoutPgtrickleIsToldHowToGetIt() throws SQLException {
        assertThat(printed(raised("SELECT * FROM pgtrickle.list_views()")))
                .contains("hint: Install it with pgtrickle run or pgtrickle install.");
    }

    private static SQLException raised(String sql) throws SQLException {
        try (Connection connection = EmbeddedServer.shared(18).connect();
                Statement statement = connection.createStatement()) {
            return catchThrowableOfType(SQLException.class, () -> statement.execute(sql));
        }
    }

    private static String printed(Exception error) {
        StringWriter text = new StringWriter();
        Complaint.of(error).print(new PrintWriter(text));
        return text.toString();
    }
}
