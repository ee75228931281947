package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.sql.Connection;
import java.util.Collection;

/// Whether functions of users can be run as a role (`RemoteSession`): the session's role must be able to make it the owner of a function.
public final class WrapperOwner {

    /// SET ROLE can be refused to members since then.
    private static final int SET_OPTION_SINCE = 160_000;

    private WrapperOwner() {}

    /// @param functions by name; nothing is checked where there are none
    /// @throws PgtrickleException UNSUPPORTED_FUNCTION where they can't be run as the role
    public static void check(Connection connection, String owner, Collection<String> functions) {
        if (functions.isEmpty()) {
            return;
        }
        String option = Sessions.serverVersion(connection) >= SET_OPTION_SINCE ? "SET" : "MEMBER";
        record Rights(boolean member, boolean temporary, String self) {}
        Rights rights =
                Rows.one(
                        connection,
                        "role \"" + owner + "\"",
                        "SELECT pg_catalog.pg_has_role(current_user, CAST(? AS name), '"
                                + option
                                + "'), pg_catalog.has_database_privilege(CAST(? AS name),"
                                + " pg_catalog.current_database(), 'TEMPORARY'), current_user",
                        row -> new Rights(row.getBoolean(1), row.getBoolean(2), row.getString(3)),
                        owner,
                        owner);
        String names = String.join("\", \"", functions);
        if (!rights.member()) {
            throw PgtrickleException.of(
                            ErrorCode.UNSUPPORTED_FUNCTION,
                            "function \""
                                    + names
                                    + "\" can't be run: role \""
                                    + rights.self()
                                    + "\" may not act as role \""
                                    + owner
                                    + "\", which owns the view")
                    .withHint(
                            "GRANT "
                                    + Quoting.identifier(owner)
                                    + " TO "
                                    + Quoting.identifier(rights.self()));
        }
        if (!rights.temporary()) {
            throw PgtrickleException.of(
                            ErrorCode.UNSUPPORTED_FUNCTION,
                            "function \""
                                    + names
                                    + "\" can't be run: role \""
                                    + owner
                                    + "\" may not have temporary objects in this database")
                    .withHint("GRANT TEMPORARY ON DATABASE … TO " + Quoting.identifier(owner));
        }
    }
}
