package io.pgtrickle.cdc;

import io.pgtrickle.cdc.Relation.RelationColumn;
import io.pgtrickle.postgres.Quoting;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Messages in words, with rows in the values' text form.
final class MessageText {

    private MessageText() {}

    static String of(StreamMessage message) {
        return switch (message) {
            case StreamMessage.Begin begin ->
                    "begin " + Integer.toUnsignedString(begin.xid()) + " of " + begin.commitTime();
            case StreamMessage.Commit commit -> "commit, ends at " + commit.endLsn();
            case StreamMessage.Origin origin -> "origin " + origin.name();
            case StreamMessage.TypeName type ->
                    "type " + Quoting.qualified(type.schema(), type.name());
            case Relation relation ->
                    "relation "
                            + name(relation)
                            + " ("
                            + relation.columns().stream()
                                    .map(RelationColumn::name)
                                    .collect(Collectors.joining(", "))
                            + ")";
            case Change.Insert(Relation relation, Tuple row) ->
                    "insert " + name(relation) + " " + text(relation, row);
            case Change.Update update ->
                    "update "
                            + name(update.relation())
                            + update.old()
                                    .map(old -> " " + text(update.relation(), old) + " to")
                                    .orElse("")
                            + " "
                            + text(update.relation(), update.row());
            case Change.Delete(Relation relation, Tuple old) ->
                    "delete " + name(relation) + " " + text(relation, old);
            case Change.Truncate(
                            List<Relation> relations,
                            boolean cascade,
                            boolean restartIdentity) ->
                    "truncate "
                            + relations.stream()
                                    .map(MessageText::name)
                                    .collect(Collectors.joining(", "))
                            + (cascade ? " cascade" : "")
                            + (restartIdentity ? " restart identity" : "");
            case Change.Message sent ->
                    (sent.transactional() ? "message " : "message outside transactions ")
                            + sent.prefix()
                            + ": "
                            + new String(sent.content().array(), StandardCharsets.UTF_8);
        };
    }

    private static String name(Relation relation) {
        return Quoting.qualified(relation.schema(), relation.name());
    }

    private static String text(Relation relation, Tuple row) {
        return IntStream.range(0, row.width())
                .mapToObj(i -> relation.columns().get(i).name() + "=" + text(row, i))
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private static String text(Tuple row, int column) {
        return switch (row.kind(column)) {
            case NULL -> "NULL";
            case UNCHANGED -> "unchanged";
            case TEXT -> Quoting.literal(row.text(column));
            case BINARY -> "binary";
        };
    }
}
