package io.pgtrickle.commander;

import io.pgtrickle.cdc.Transaction;
import io.pgtrickle.model.PgtrickleException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// When the views that stopped with an error are tried again: each by a rebuild that nobody sees unless it succeeds. An error of a
/// row's value can only mend when a source changes; others, like a constraint on the result table, may mend unseen. Owned by the
/// engine's thread.
final class Healing {

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    /// A trial reads the view's sources whole.
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    /// Class 22 of SQLSTATE, data exception.
    private static final String DATA_EXCEPTION = "22";

    private static final class Patient {
        private final Set<Long> relations;
        private boolean needsChange;
        private boolean changed;
        private boolean underTrial;
        private Duration pause = FIRST_PAUSE;
        private Instant next;

        Patient(Set<Long> relations, Instant next) {
            this.relations = relations;
            this.next = next;
        }

        void rest(Instant now) {
            underTrial = false;
            next = now.plus(pause);
            pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
        }
    }

    private final Map<Long, Patient> patients = new HashMap<>();

    /// Takes in a view that has stopped, for the first time or again after a trial.
    void admit(ViewDefinition definition, PgtrickleException error, Instant now) {
        Patient patient =
                patients.computeIfAbsent(
                        definition.id(), _ -> new Patient(definition.relations(), now));
        patient.needsChange = error.sqlState().startsWith(DATA_EXCEPTION);
        patient.rest(now);
    }

    /// A trial couldn't begin, since the view's table isn't there.
    void postpone(long viewId, Instant now) {
        Patient patient = patients.get(viewId);
        if (patient != null) {
            patient.rest(now);
        }
    }

    /// Takes in a view that was found stopped at a start: what has changed meanwhile isn't known.
    void admitUnknown(ViewDefinition definition, Instant now) {
        patients.put(definition.id(), new Patient(definition.relations(), now));
    }

    /// It runs, was dropped, or is somebody's business now.
    void discharge(long viewId) {
        patients.remove(viewId);
    }

    void noticed(Transaction transaction) {
        if (patients.isEmpty()) {
            return;
        }
        Set<Long> relations = new HashSet<>();
        patients.values().stream()
                .filter(patient -> !patient.changed)
                .forEach(patient -> relations.addAll(patient.relations));
        if (!relations.isEmpty() && transaction.touches(relations)) {
            patients.values().stream()
                    .filter(patient -> !patient.changed && transaction.touches(patient.relations))
                    .forEach(patient -> patient.changed = true);
        }
    }

    /// The views to be tried now; they are under trial from here on.
    List<Long> takeDue(Instant now) {
        List<Long> due =
                patients.entrySet().stream()
                        .filter(entry -> isDue(entry.getValue(), now))
                        .map(Map.Entry::getKey)
                        .toList();
        due.forEach(id -> {
            Patient patient = patients.get(id);
            if (patient != null) {
                patient.underTrial = true;
                patient.changed = false;
            }
        });
        return due;
    }

    /// Whether the view's population is a trial, so that its status stays as it is.
    boolean isUnderTrial(long viewId) {
        Patient patient = patients.get(viewId);
        return patient != null && patient.underTrial;
    }

    private static boolean isDue(Patient patient, Instant now) {
        return !patient.underTrial
                && !patient.next.isAfter(now)
                && (patient.changed || !patient.needsChange);
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
