package io.pgtrickle.dataflow.expression;

import io.pgtrickle.dataflow.expression.FunctionRegistry.Requirement;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/// `=`, `<>`, `<`, `<=`, `>`, `>=` of each family of types, and between types of one family.
final class ComparisonFunctions {

    private static final Comparator<Object> NUMBERS = SqlType.INT8::compare;
    private static final Comparator<Object> FLOATS =
            (a, b) ->
                    SqlType.FLOAT8.compare(((Number) a).doubleValue(), ((Number) b).doubleValue());
    private static final Comparator<Object> TEXTS =
            new SqlType.Text(Oids.TEXT, false, Collation.C)::compare;
    private static final Comparator<Object> PADDED =
            new SqlType.Text(Oids.BPCHAR, true, Collation.C)::compare;
    private static final Comparator<Object> BYTES = new SqlType.ByteString(Oids.BYTEA)::compare;

    private ComparisonFunctions() {}

    /// The functions of six operators, in the order of the operators above.
    private record Family(
            int equal, int notEqual, int less, int lessOrEqual, int greater, int greaterOrEqual) {

        void register(FunctionRegistry registry, Comparator<Object> order) {
            register(registry, Requirement.NONE, Requirement.NONE, _ -> order);
        }

        void register(
                FunctionRegistry registry,
                Requirement equality,
                Requirement ordering,
                Function<SqlType, Comparator<Object>> order) {
            define(registry, equal, equality, order, sign -> sign == 0);
            define(registry, notEqual, equality, order, sign -> sign != 0);
            define(registry, less, ordering, order, sign -> sign < 0);
            define(registry, lessOrEqual, ordering, order, sign -> sign <= 0);
            define(registry, greater, ordering, order, sign -> sign > 0);
            define(registry, greaterOrEqual, ordering, order, sign -> sign >= 0);
        }

        /// In the order that the type itself has, where that is known.
        void registerByType(FunctionRegistry registry, Requirement equality, Requirement ordering) {
            defineByType(registry, equal, equality, SqlType::equatable, sign -> sign == 0);
            defineByType(registry, notEqual, equality, SqlType::equatable, sign -> sign != 0);
            defineByType(registry, less, ordering, SqlType::orderable, sign -> sign < 0);
            defineByType(registry, lessOrEqual, ordering, SqlType::orderable, sign -> sign <= 0);
            defineByType(registry, greater, ordering, SqlType::orderable, sign -> sign > 0);
            defineByType(registry, greaterOrEqual, ordering, SqlType::orderable, sign -> sign >= 0);
        }

        private static void defineByType(
                FunctionRegistry registry,
                int oid,
                Requirement requirement,
                Predicate<SqlType> known,
                IntPredicate outcome) {
            registry.define(
                    oid,
                    requirement,
                    types ->
                            types.size() == 2
                                    && types.get(0).equals(types.get(1))
                                    && known.test(types.get(0)),
                    types -> {
                        SqlType type = types.getFirst();
                        return (NativeFunction.Binary) (a, b) -> outcome.test(type.compare(a, b));
                    });
        }

        private static void define(
                FunctionRegistry registry,
                int oid,
                Requirement requirement,
                Function<SqlType, Comparator<Object>> order,
                IntPredicate outcome) {
            registry.define(
                    oid,
                    requirement,
                    types -> {
                        Comparator<Object> comparator = order.apply(types.getFirst());
                        return (NativeFunction.Binary)
                                (a, b) -> outcome.test(comparator.compare(a, b));
                    });
        }
    }

    static void register(FunctionRegistry registry) {
        // int2, int4, int8, int2-int4, int2-int8, int4-int2, int4-int8, int8-int2, int8-int4
        List.of(
                        new Family(63, 145, 64, 148, 146, 151),
                        new Family(65, 144, 66, 149, 147, 150),
                        new Family(467, 468, 469, 471, 470, 472),
                        new Family(158, 164, 160, 166, 162, 168),
                        new Family(1850, 1851, 1852, 1854, 1853, 1855),
                        new Family(159, 165, 161, 167, 163, 169),
                        new Family(852, 853, 854, 856, 855, 857),
                        new Family(1856, 1857, 1858, 1860, 1859, 1861),
                        new Family(474, 475, 476, 478, 477, 479))
                .forEach(family -> family.register(registry, NUMBERS));
        // date, time, timestamp, timestamptz, oid
        List.of(
                        new Family(1086, 1091, 1087, 1088, 1089, 1090),
                        new Family(1145, 1106, 1102, 1103, 1104, 1105),
                        new Family(2052, 2053, 2054, 2055, 2057, 2056),
                        new Family(1152, 1153, 1154, 1155, 1157, 1156),
                        new Family(184, 185, 716, 717, 1638, 1639))
                .forEach(family -> family.register(registry, NUMBERS));
        new Family(2340, 2343, 2338, 2339, 2341, 2342)
                .register(
                        registry,
                        (date, timestamp) ->
                                NUMBERS.compare(DateTime.comparable((Long) date), timestamp));
        new Family(2366, 2369, 2364, 2365, 2367, 2368)
                .register(
                        registry,
                        (timestamp, date) ->
                                NUMBERS.compare(timestamp, DateTime.comparable((Long) date)));
        // float4, float8, float4-float8, float8-float4
        List.of(
                        new Family(287, 288, 289, 290, 291, 292),
                        new Family(293, 294, 295, 296, 297, 298),
                        new Family(299, 300, 301, 302, 303, 304),
                        new Family(305, 306, 307, 308, 309, 310))
                .forEach(family -> family.register(registry, FLOATS));
        new Family(1718, 1719, 1722, 1723, 1720, 1721).register(registry, SqlType.NUMERIC::compare);
        new Family(60, 84, 56, 1691, 57, 1692).register(registry, SqlType.BOOL::compare);
        new Family(1162, 1163, 1164, 1165, 1167, 1166)
                .register(registry, SqlType.INTERVAL::compare);
        // uuid, bytea
        new Family(2956, 2959, 2954, 2955, 2958, 2957).register(registry, BYTES);
        new Family(1948, 1953, 1949, 1950, 1951, 1952).register(registry, BYTES);
        // the order of an enum's labels is its type's
        new Family(3508, 3509, 3510, 3512, 3511, 3513)
                .register(registry, Requirement.NONE, Requirement.NONE, type -> type::compare);
        // money, "char"
        new Family(888, 889, 890, 891, 892, 893).register(registry, NUMBERS);
        new Family(61, 70, 1246, 72, 73, 74).register(registry, NUMBERS);
        // macaddr, macaddr8
        new Family(830, 835, 831, 832, 833, 834).register(registry, BYTES);
        new Family(4113, 4118, 4114, 4115, 4116, 4117).register(registry, BYTES);
        // pg_lsn, xid8, timetz, bit, varbit, jsonb, ranges, multiranges, composites
        List.of(
                        new Family(3233, 3236, 3231, 3232, 3235, 3234),
                        new Family(5084, 5085, 5034, 5036, 5035, 5037),
                        new Family(1352, 1353, 1354, 1355, 1357, 1356),
                        new Family(1581, 1582, 1595, 1594, 1593, 1592),
                        new Family(1666, 1667, 1671, 1670, 1669, 1668),
                        new Family(4043, 4038, 4039, 4041, 4040, 4042),
                        new Family(3855, 3856, 3871, 3872, 3874, 3873),
                        new Family(4244, 4245, 4274, 4275, 4277, 4276),
                        new Family(2981, 2982, 2983, 2985, 2984, 2986))
                .forEach(family ->
                        family.registerByType(registry, Requirement.NONE, Requirement.NONE));
        // inet and cidr, under each other's type too
        new Family(920, 925, 921, 922, 923, 924)
                .register(registry, new SqlType.NetworkType(Oids.INET)::compare);
        // arrays compare texts by the call's collation
        new Family(744, 390, 391, 393, 392, 396)
                .registerByType(registry, Requirement.DETERMINISTIC, Requirement.BYTE_ORDER);
        // text, name, name-text, text-name
        List.of(
                        new Family(67, 157, 740, 741, 742, 743),
                        new Family(62, 659, 655, 656, 657, 658),
                        new Family(240, 245, 241, 242, 244, 243),
                        new Family(247, 252, 248, 249, 251, 250))
                .forEach(family ->
                        family.register(
                                registry,
                                Requirement.DETERMINISTIC,
                                Requirement.BYTE_ORDER,
                                _ -> TEXTS));
        new Family(1048, 1053, 1049, 1050, 1051, 1052)
                .register(registry, Requirement.DETERMINISTIC, Requirement.BYTE_ORDER, _ -> PADDED);
    }
}
