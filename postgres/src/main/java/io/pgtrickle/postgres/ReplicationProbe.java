package io.pgtrickle.postgres;

import io.pgtrickle.model.PgtrickleException;
import java.sql.Connection;
import java.sql.SQLException;

/// Finds out whether a login may replicate by doing it: the catalogs don't show how managed services grant that.
public final class ReplicationProbe {

    private ReplicationProbe() {}

    /// Opens a replication session and closes it.
    ///
    /// @throws PgtrickleException why it can't be opened
    public static void run(ServerAddress address) {
        try {
            ((Connection) Sessions.openReplication(address, "pgtrickle probe")).close();
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't close a replication session");
        }
    }
}
