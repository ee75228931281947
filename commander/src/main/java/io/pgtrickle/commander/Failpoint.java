package io.pgtrickle.commander;

import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/// The moments at which a test has the process killed: where two things that belong together aren't both durable. System property
/// `pgtrickle.failpoint` names one, and after a colon one in how many times it strikes; without it nothing happens here.
enum Failpoint {
    COMMAND_CLAIMED,
    VIEW_CATALOGUED,
    SNAPSHOT_TAKEN,
    TABLE_FILLED,
    VIEW_JOINING,
    VIEW_JOINED,
    STEP_EVALUATED,
    STEP_WRITTEN,
    CHECKPOINT_MADE,
    SLOT_CONFIRMED;

    private static final String ARMED = System.getProperty("pgtrickle.failpoint", "");

    /// As a process that gets SIGKILL ends, and with its exit code.
    private static final int KILLED = 137;

    void reach() {
        if (!ARMED.isEmpty() && strikes()) {
            Runtime.getRuntime().halt(KILLED);
        }
    }

    /// `step_written`.
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    private boolean strikes() {
        int colon = ARMED.indexOf(':');
        String armed = colon < 0 ? ARMED : ARMED.substring(0, colon);
        int odds = colon < 0 ? 1 : Integer.parseInt(ARMED.substring(colon + 1));
        return armed.equals(label()) && ThreadLocalRandom.current().nextInt(odds) == 0;
    }
}
