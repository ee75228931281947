package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.remote.RemoteFunctions;
import java.util.ArrayDeque;
import java.util.Deque;

/// The sessions in which PostgreSQL evaluates functions for us. They are lent for one batch at a time, so there are as many
/// as threads evaluate at once. For any thread.
public final class RemoteSessions implements AutoCloseable {

    private final ServerAddress address;
    private final Deque<RemoteSession> idle = new ArrayDeque<>();
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
                return session;
            }
        }
        return new RemoteSession(Sessions.open(address, "pgtrickle functions"));
    }

    void giveBack(RemoteSession session) {
        synchronized (this) {
            if (!closed && session.isUsable()) {
                idle.push(session);
                return;
            }
        }
        session.close();
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
