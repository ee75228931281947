package io.pgtrickle.planner;

import io.pgtrickle.dataflow.order.Labelling;
import io.pgtrickle.dataflow.order.ServerOrder;
import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// How PostgreSQL is asked for the default order of a type that has none here.
final class ServerOrders {

    private static final int TEXT_ARRAY = 1009;
    private static final int VARCHAR_ARRAY = 1015;
    private static final int BPCHAR_ARRAY = 1014;
    private static final int NAME_ARRAY = 1003;
    private static final int JSONB_ARRAY = 3807;
    private static final int INT8_ARRAY = 1016;
    private static final int DEFAULT_COLLATION = 100;

    private static final SqlType RANKS = new SqlType.ArrayType(INT8_ARRAY, Oids.INT8, SqlType.INT8);

    private final CatalogReader catalog;

    ServerOrders(CatalogReader catalog) {
        this.catalog = catalog;
    }

    /// Of the parts of a type that get labels.
    List<ServerOrder> of(SqlType type) {
        Set<SqlType> parts = new LinkedHashSet<>();
        Labelling.types(type.labelled()).forEach(parts::add);
        return parts.stream().map(this::order).toList();
    }

    private ServerOrder order(SqlType type) {
        String collation = collation(type);
        RemoteCall ranks =
                new RemoteCall(
                        "order of " + catalog.typeName(type.oid()) + collation,
                        new RemoteCall.Text(
                                List.of(
                                        "(SELECT pg_catalog.array_agg(x.r ORDER BY x.o)"
                                                + " FROM (SELECT pg_catalog.dense_rank() OVER (ORDER BY u.v"
                                                + collation
                                                + ") AS r, u.o FROM pg_catalog.unnest(",
                                        ") WITH ORDINALITY AS u(v, o)) AS x)"),
                                Integer.compareUnsigned(type.oid(), RemoteCalls.FIRST_NORMAL_OID)
                                        >= 0),
                        List.of(new SqlType.ArrayType(arrayOid(type), type.oid(), type)),
                        List.of(RANKS),
                        RemoteCall.Kind.SCALAR);
        return new ServerOrder(type, ranks);
    }

    private String collation(SqlType type) {
        return type instanceof SqlType.Text text && text.collation().oid() != DEFAULT_COLLATION
                ? " COLLATE " + catalog.collationName(text.collation().oid())
                : "";
    }

    private static int arrayOid(SqlType type) {
        return switch (type.oid()) {
            case Oids.TEXT -> TEXT_ARRAY;
            case Oids.VARCHAR -> VARCHAR_ARRAY;
            case Oids.BPCHAR -> BPCHAR_ARRAY;
            case Oids.NAME -> NAME_ARRAY;
            case Oids.JSONB -> JSONB_ARRAY;
            default -> {
                if (type instanceof SqlType.Opaque opaque) {
                    yield opaque.orderedArrayOid();
                }
                throw Refusals.internal("type " + PlanText.of(type) + " is ordered here");
            }
        };
    }
}
