package io.pgtrickle.cdc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.cdc.Relation.RelationColumn;
import io.pgtrickle.cdc.Relation.ReplicaIdentity;
import io.pgtrickle.model.type.ByteWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes messages as the server would.
final class Wire {

    static final int INT4 = 23;
    static final int TEXT = 25;

    private Wire() {}

    static RawMessage raw(ByteWriter out) {
        // as pgjdbc gives them: behind 25 bytes of another header
        byte[] padded = new byte[25 + out.size()];
        System.arraycopy(out.toByteArray(), 0, padded, 25, out.size());
        return new RawMessage(padded, 25, out.size());
    }

    static RawMessage begin(long commitLsn, int xid) {
        return raw(
                new ByteWriter()
                        .writeByte('B')
                        .writeLong(commitLsn)
                        .writeLong(1_000_000)
                        .writeInt(xid));
    }

    static RawMessage commit(long commitLsn, long endLsn) {
        return raw(
                new ByteWriter()
                        .writeByte('C')
                        .writeByte(0)
                        .writeLong(commitLsn)
                        .writeLong(endLsn)
                        .writeLong(1_000_000));
    }

    static Relation table(int oid, ReplicaIdentity identity) {
        return new Relation(
                oid,
                "public",
                "t" + oid,
                identity,
                List.of(
                        new RelationColumn("id", INT4, -1, true),
                        new RelationColumn("v", TEXT, -1, false)));
    }

    static RawMessage relation(Relation relation) {
        ByteWriter out = new ByteWriter().writeByte('R').writeInt((int) relation.oid());
        string(out, relation.schema());
        string(out, relation.name());
        out.writeByte(
                switch (relation.replicaIdentity()) {
                    case DEFAULT -> 'd';
                    case NOTHING -> 'n';
                    case FULL -> 'f';
                    case INDEX -> 'i';
                });
        out.writeShort(relation.columns().size());
        for (RelationColumn column : relation.columns()) {
            out.writeByte(column.partOfKey() ? 1 : 0);
            string(out, column.name());
            out.writeInt(column.typeOid()).writeInt(column.typeModifier());
        }
        return raw(out);
    }

    static RawMessage insert(int relation, @Nullable Object... cells) {
        ByteWriter out = new ByteWriter().writeByte('I').writeInt(relation).writeByte('N');
        tuple(out, cells);
        return raw(out);
    }

    static RawMessage update(
            int relation, char oldKind, List<@Nullable Object> old, List<@Nullable Object> row) {
        ByteWriter out = new ByteWriter().writeByte('U').writeInt(relation);
        if (oldKind != ' ') {
            out.writeByte(oldKind);
            tuple(out, old.toArray());
        }
        out.writeByte('N');
        tuple(out, row.toArray());
        return raw(out);
    }

    static RawMessage delete(int relation, char oldKind, @Nullable Object... cells) {
        ByteWriter out = new ByteWriter().writeByte('D').writeInt(relation).writeByte(oldKind);
        tuple(out, cells);
        return raw(out);
    }

    static RawMessage truncate(int flags, int... relations) {
        ByteWriter out =
                new ByteWriter().writeByte('T').writeInt(relations.length).writeByte(flags);
        Arrays.stream(relations).forEach(out::writeInt);
        return raw(out);
    }

    static RawMessage message(boolean transactional, long lsn, String prefix, String content) {
        ByteWriter out =
                new ByteWriter().writeByte('M').writeByte(transactional ? 1 : 0).writeLong(lsn);
        string(out, prefix);
        byte[] bytes = content.getBytes(UTF_8);
        return raw(out.writeInt(bytes.length).write(bytes));
    }

    static RawMessage origin() {
        ByteWriter out = new ByteWriter().writeByte('O').writeLong(7);
        string(out, "elsewhere");
        return raw(out);
    }

    static RawMessage type() {
        ByteWriter out = new ByteWriter().writeByte('Y').writeInt(4711);
        string(out, "");
        string(out, "mood");
        return raw(out);
    }

    /// An Integer is sent in binary as int4, a String in binary as text, a character 'u' or 't' as that kind.
    private static void tuple(ByteWriter out, @Nullable Object[] cells) {
        out.writeShort(cells.length);
        for (Object cell : cells) {
            switch (cell) {
                case null -> out.writeByte('n');
                case Character kind when kind == 'u' -> out.writeByte('u');
                case Character kind -> out.writeByte(kind).writeInt(1).writeByte('x');
                case Integer number -> out.writeByte('b').writeInt(4).writeInt(number);
                case byte[] bytes -> out.writeByte('b').writeInt(bytes.length).write(bytes);
                default -> {
                    byte[] bytes = cell.toString().getBytes(UTF_8);
                    out.writeByte('b').writeInt(bytes.length).write(bytes);
                }
            }
        }
    }

    private static void string(ByteWriter out, String text) {
        out.write(text.getBytes(UTF_8)).writeByte(0);
    }

    static List<Change> changes(Transaction transaction) {
        List<Change> changes = new ArrayList<>();
        transaction.forEachChange(changes::add);
        return changes;
    }
}
