package io.pgtrickle.cdc;

import java.util.Arrays;
import java.util.stream.Stream;

/// The PostgreSQL versions that the integration tests run on: the oldest and the newest, or those that the system
/// property `pgtrickle.test.majors` names, e.g. `14,15,16,17,18`.
final class Servers {

    private Servers() {}

    static Stream<Integer> majors() {
        return Arrays.stream(System.getProperty("pgtrickle.test.majors", "14,18").split(",", -1))
                .map(Integer::valueOf);
    }
}
