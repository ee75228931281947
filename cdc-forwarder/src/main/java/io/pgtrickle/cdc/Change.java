package io.pgtrickle.cdc;

import io.pgtrickle.model.Bytes;
import java.util.List;
import java.util.Optional;

/// What a transaction did, in its order.
public sealed interface Change extends StreamMessage {

    record Insert(Relation relation, Tuple row) implements Change {}

    /// @param old the old row: under FULL whole; otherwise with the key's cells only (the others are NULL), and only
    ///     where the key changed
    /// @param row the new row; large values that weren't touched are UNCHANGED, under FULL as well
    record Update(Relation relation, Optional<Tuple> old, Tuple row) implements Change {}

    /// @param old under FULL the whole row, otherwise the key's cells only (the others are NULL)
    record Delete(Relation relation, Tuple old) implements Change {}

    /// One statement may name several tables.
    record Truncate(List<Relation> relations, boolean cascade, boolean restartIdentity)
            implements Change {
        public Truncate(List<Relation> relations, boolean cascade, boolean restartIdentity) {
            this.relations = List.copyOf(relations);
            this.cascade = cascade;
            this.restartIdentity = restartIdentity;
        }
    }

    /// What `pg_logical_emit_message` sent. Any login may send one: nothing in it is to be believed.
    ///
    /// @param transactional whether it came at its place in a transaction that committed
    record Message(String prefix, Bytes content, boolean transactional) implements Change {}
}
