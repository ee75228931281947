package io.pgtrickle.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class ComplaintTest {

    @Test
    void showsTheServersMessageDetailAndHint() {
        ServerErrorMessage server =
                new ServerErrorMessage("SERROR\0C0A000\0MUNION is not supported\0DPGT-101\0HUse UNION ALL.\0\0");
        assertThat(printed(new PSQLException(server)))
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
                PgtrickleException.of(ErrorCode.SETTING_WRONG, "wal_level is \"replica\"").withHint("Set it.");
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

    private static String printed(Exception error) {
        StringWriter text = new StringWriter();
        Complaint.of(error).print(new PrintWriter(text));
        return text.toString();
    }
}
