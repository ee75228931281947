package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.remote.RemoteFunctions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The sessions in which PostgreSQL evaluates functions for us. They are lent for one batch at a time, so there are as many
/// as threads evaluate at once. For any thread.
public final class RemoteSessions implements AutoCloseable {

    private final ServerAddress address;
    private final Deque<RemoteSession> idle = new ArrayDeque<>();
    private final Set<RemoteSession> lent = new HashSet<>();
    private boolean closed;

    public RemoteSessions(ServerAddress address) {
        this.address = address;
    }

    /// What one view has evaluated: as its owner, under its settings.
    public RemoteFunctions functions(RemoteContext context) {
        return new RemoteBatches(this, context);
    }

    RemoteSession borrow() {
        synchronized (this) {
            if (closed) {
                throw PgtrickleException.of(
                        ErrorCode.CONNECTION_LOST, "the sessions for functions are closed");
            }
            RemoteSession session = idle.poll();
            if (session != null) {
                lent.add(session);
                return session;
            }
        }
        RemoteSession session = new RemoteSession(Sessions.open(address, "pgtrickle functions"));
        synchronized (this) {
            lent.add(session);
        }
        return session;
    }

    void giveBack(RemoteSession session) {
        synchronized (this) {
            lent.remove(session);
            if (!closed && session.isUsable()) {
                idle.push(session);
                return;
            }
        }
        session.close();
    }

    /// Ends the sessions that are in use, so that nobody waits for an answer any more.
    public void abort() {
        List<RemoteSession> waiting;
        synchronized (this) {
            waiting = List.copyOf(lent);
        }
        waiting.forEach(RemoteSession::abort);
    }

    @Override
    public void close() {
        Deque<RemoteSession> last;
        synchronized (this) {
            closed = true;
            last = new ArrayDeque<>(idle);
            idle.clear();
        }
        last.forEach(RemoteSession::close);
    }
}
