package io.pgtrickle.cdc;

import io.pgtrickle.model.Lsn;
import java.util.Optional;

/// A replication slot as the server lists it.
///
/// @param plugin empty for a physical slot, as is `database`
/// @param holder the process that streams from it now
/// @param restartLsn the oldest log that the server keeps for it
/// @param confirmedLsn what its consumer reported to be durable
/// @param retainedBytes of log kept for it
/// @param lagBytes of log that its consumer has still to confirm
/// @param walStatus `reserved`, `extended`, `unreserved` or `lost`; empty before it was first used
/// @param safeBytes that may still be written before it is in danger; empty where no limit is set
/// @param catalogXminAge transactions that vacuum can't clear from the catalogs because of it
/// @param invalidationReason from PostgreSQL 17 on
/// @param conflicting with recovery, from 16 on
/// @param failover whether it is kept on standbys, from 17 on
public record Slot(
        String name,
        String plugin,
        String database,
        boolean temporary,
        Optional<Holder> holder,
        Optional<Lsn> restartLsn,
        Optional<Lsn> confirmedLsn,
        long retainedBytes,
        long lagBytes,
        String walStatus,
        Optional<Long> safeBytes,
        long catalogXminAge,
        Optional<String> invalidationReason,
        Optional<Boolean> conflicting,
        Optional<Boolean> failover) {

    /// A process that streams. A slot has no owner besides.
    ///
    /// @param user empty where we may not see it
    public record Holder(int pid, String user, String applicationName, String clientAddress) {
        @Override
        public String toString() {
            return "process "
                    + pid
                    + (user.isEmpty() ? "" : " of role \"" + user + "\"")
                    + (applicationName.isEmpty() ? "" : " (" + applicationName + ")");
        }
    }

    public boolean isActive() {
        return holder.isPresent();
    }

    /// Whether it can never be read again.
    public boolean isLost() {
        return walStatus.equals("lost")
                || invalidationReason.isPresent()
                || conflicting.orElse(false);
    }
}
