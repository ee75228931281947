package io.pgtrickle.cdc;

import io.pgtrickle.model.Lsn;

/// What a stream brings.
public sealed interface StreamEvent {

    /// A transaction with changes of published tables, or with a message of ours. The receiver closes it.
    record Committed(Transaction transaction) implements StreamEvent {}

    /// A message that was sent outside any transaction's fate.
    ///
    /// @param lsn its place in the log
    record Announced(Change.Message message, Lsn lsn) implements StreamEvent {}

    /// Everything that committed before `frontier` was brought already, and there was nothing for us in between. When
    /// it is durable too, the frontier may be confirmed, so that an idle stream holds back no log.
    record Idle(Lsn frontier) implements StreamEvent {}
}
