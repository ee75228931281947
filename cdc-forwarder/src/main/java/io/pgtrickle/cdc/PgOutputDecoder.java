package io.pgtrickle.cdc;

import io.pgtrickle.cdc.Relation.RelationColumn;
import io.pgtrickle.cdc.Relation.ReplicaIdentity;
import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.Lsn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// pgoutput's messages, protocol 1, with `binary` and `messages` ("Logical Replication Message Formats" in PostgreSQL's
/// manual). Every malformed message is STREAM_MALFORMED and so is an unknown one: nothing is ever skipped.
final class PgOutputDecoder {

    static final int BEGIN = 'B';
    static final int COMMIT = 'C';
    static final int ORIGIN = 'O';
    static final int RELATION = 'R';
    static final int TYPE = 'Y';
    static final int INSERT = 'I';
    static final int UPDATE = 'U';
    static final int DELETE = 'D';
    static final int TRUNCATE = 'T';
    static final int MESSAGE = 'M';

    private static final int OLD_KEY = 'K';
    private static final int OLD_ROW = 'O';
    private static final int NEW_ROW = 'N';
    private static final int CASCADE = 1;
    private static final int RESTART_IDENTITY = 2;

    /// The least that a column takes in a Relation message.
    private static final int COLUMN_BYTES = 10;

    private PgOutputDecoder() {}

    /// @param relations gives the versions of tables that hold at this place of the stream; a Relation message is only
    ///     returned, the caller puts it there
    static StreamMessage decode(RawMessage message, RelationScope relations) {
        MessageCursor in = new MessageCursor(message);
        int tag = in.readByte();
        StreamMessage decoded =
                switch (tag) {
                    case BEGIN -> begin(in);
                    case COMMIT -> commit(in);
                    case ORIGIN -> new StreamMessage.Origin(in.readLsn(), in.readString());
                    case RELATION -> relation(in);
                    case TYPE ->
                            new StreamMessage.TypeName(in.readOid(), schema(in), in.readString());
                    case INSERT -> insert(in, relations);
                    case UPDATE -> update(in, relations);
                    case DELETE -> delete(in, relations);
                    case TRUNCATE -> truncate(in, relations);
                    case MESSAGE -> message(in);
                    default -> throw in.malformed("unknown tag " + tag);
                };
        in.requireEnd();
        return decoded;
    }

    /// The relation that an insert, update or delete is about.
    static long relationOf(RawMessage change) {
        MessageCursor in = new MessageCursor(change);
        in.skip(1);
        return in.readOid();
    }

    /// The relations that a truncate names.
    static List<Long> relationsOf(RawMessage truncate) {
        MessageCursor in = new MessageCursor(truncate);
        in.skip(1);
        int count = truncateCount(in);
        in.skip(1);
        List<Long> oids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            oids.add(in.readOid());
        }
        return oids;
    }

    /// What a Message message says before its content.
    record MessageStart(boolean transactional, Lsn lsn, String prefix) {

        static MessageStart read(MessageCursor in) {
            int flags = in.readByte();
            if (flags != 0 && flags != 1) {
                throw in.malformed("flags " + flags);
            }
            return new MessageStart(flags == 1, in.readLsn(), in.readString());
        }
    }

    static MessageStart messageStart(RawMessage message) {
        MessageCursor in = new MessageCursor(message);
        in.skip(1);
        return MessageStart.read(in);
    }

    private static StreamMessage begin(MessageCursor in) {
        return new StreamMessage.Begin(in.readLsn(), in.readTime(), in.readInt());
    }

    private static StreamMessage commit(MessageCursor in) {
        int flags = in.readByte();
        if (flags != 0) {
            throw in.malformed("flags " + flags);
        }
        return new StreamMessage.Commit(in.readLsn(), in.readLsn(), in.readTime());
    }

    private static Relation relation(MessageCursor in) {
        long oid = in.readOid();
        String schema = schema(in);
        String name = in.readString();
        ReplicaIdentity identity = ReplicaIdentity.of(in.readByte());
        int count = in.readUnsignedShort();
        if (count > in.remaining() / COLUMN_BYTES) {
            throw in.malformed(count + " columns");
        }
        List<RelationColumn> columns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            boolean partOfKey = (in.readByte() & 1) != 0;
            columns.add(new RelationColumn(in.readString(), in.readInt(), in.readInt(), partOfKey));
        }
        return new Relation(oid, schema, name, identity, columns);
    }

    /// An empty name stands for `pg_catalog`.
    private static String schema(MessageCursor in) {
        String schema = in.readString();
        return schema.isEmpty() ? "pg_catalog" : schema;
    }

    private static Change insert(MessageCursor in, RelationScope relations) {
        Relation relation = relations.get(in.readOid());
        requireTag(in, NEW_ROW);
        return new Change.Insert(relation, tuple(in, relation));
    }

    private static Change update(MessageCursor in, RelationScope relations) {
        Relation relation = relations.get(in.readOid());
        int tag = in.readByte();
        if (tag == NEW_ROW) {
            return new Change.Update(relation, Optional.empty(), tuple(in, relation));
        }
        Tuple old = oldTuple(in, tag, relation);
        requireTag(in, NEW_ROW);
        return new Change.Update(relation, Optional.of(old), tuple(in, relation));
    }

    private static Change delete(MessageCursor in, RelationScope relations) {
        Relation relation = relations.get(in.readOid());
        return new Change.Delete(relation, oldTuple(in, in.readByte(), relation));
    }

    /// Whether the old row is whole or a key only must agree with the relation's replica identity: one read as the other
    /// would be a wrong row.
    private static Tuple oldTuple(MessageCursor in, int tag, Relation relation) {
        boolean full = relation.replicaIdentity() == ReplicaIdentity.FULL;
        if (tag != (full ? OLD_ROW : OLD_KEY)) {
            throw in.malformed(
                    "an old row of kind "
                            + tag
                            + " under replica identity "
                            + relation.replicaIdentity());
        }
        return tuple(in, relation);
    }

    private static Tuple tuple(MessageCursor in, Relation relation) {
        Tuple tuple = Tuple.read(in);
        if (tuple.width() != relation.columns().size()) {
            throw in.malformed(
                    tuple.width()
                            + " cells for relation \""
                            + relation.name()
                            + "\", which has "
                            + relation.columns().size());
        }
        return tuple;
    }

    private static Change truncate(MessageCursor in, RelationScope relations) {
        int count = truncateCount(in);
        int flags = in.readByte();
        if ((flags & ~(CASCADE | RESTART_IDENTITY)) != 0) {
            throw in.malformed("flags " + flags);
        }
        List<Relation> truncated = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            truncated.add(relations.get(in.readOid()));
        }
        return new Change.Truncate(
                truncated, (flags & CASCADE) != 0, (flags & RESTART_IDENTITY) != 0);
    }

    private static int truncateCount(MessageCursor in) {
        int count = in.readInt();
        if (count < 0 || count > in.remaining() / 4) {
            throw in.malformed(count + " relations");
        }
        return count;
    }

    private static Change message(MessageCursor in) {
        MessageStart start = MessageStart.read(in);
        int length = in.readInt();
        int offset = in.skip(length);
        return new Change.Message(
                start.prefix(), Bytes.copyOf(in.array(), offset, length), start.transactional());
    }

    private static void requireTag(MessageCursor in, int expected) {
        int tag = in.readByte();
        if (tag != expected) {
            throw in.malformed("tag " + tag + " where " + expected + " was expected");
        }
    }
}
