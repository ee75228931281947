package io.pgtrickle.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// A TCP relay before a server that does to its connections what networks do. For any thread.
public final class Relay implements AutoCloseable {

    /// What happens to bytes that come by.
    public enum Fault {
        NONE,
        /// They wait until the fault is over.
        STALL,
        /// They come late.
        DELAY,
        /// They are lost in both directions, and nobody is told: neither of connections that exist, nor of new ones.
        BLACK_HOLE,
        /// What the server says is lost.
        DEAF
    }

    private static final System.Logger LOG = System.getLogger(Relay.class.getName());

    private static final int BUFFER_BYTES = 16 << 10;
    private static final Duration LATE = Duration.ofMillis(30);

    private volatile int targetPort;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Fault fault = Fault.NONE;
    private boolean closed;

    private Relay(int targetPort, ServerSocket listener) {
        this.targetPort = targetPort;
        this.listener = listener;
    }

    /// On a port of its own.
    public static Relay before(EmbeddedServer server) {
        try {
            Relay relay =
                    new Relay(
                            server.port(),
                            new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
            Thread.ofPlatform().name("relay").daemon().start(relay::accept);
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException("could not start a relay", e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /// A database's URI through the relay.
    public String uri(Database database) {
        return database.uri().replace(":" + database.server().port() + "/", ":" + port() + "/");
    }

    /// New connections go to another server, as behind a name that was pointed elsewhere.
    public void pointTo(EmbeddedServer server) {
        targetPort = server.port();
    }

    /// From now on this happens.
    public void become(Fault next) {
        lock.lock();
        try {
            fault = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Breaks every connection, as a reset does.
    public void cut() {
        sockets.forEach(Relay::reset);
        sockets.clear();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), targetPort);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                sockets.add(client);
                sockets.add(server);
                Thread.ofVirtual().start(() -> copy(client, server, false));
                Thread.ofVirtual().start(() -> copy(server, client, true));
            } catch (IOException e) {
                // the server is down, or the relay is closed
                LockSupport.parkNanos(LATE.toNanos());
            }
        }
    }

    private void copy(Socket from, Socket to, boolean fromServer) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (passes(fromServer)) {
                    out.write(buffer, 0, read);
                }
            }
        } catch (IOException e) {
            // cut, or an end has gone
            sockets.remove(from);
        }
        sockets.remove(from);
        sockets.remove(to);
    }

    /// Waits as long as the fault says; false where the bytes are lost.
    private boolean passes(boolean fromServer) {
        Fault current;
        lock.lock();
        try {
            while (fault == Fault.STALL && !closed) {
                changed.awaitUninterruptibly();
            }
            current = fault;
        } finally {
            lock.unlock();
        }
        if (current == Fault.DELAY) {
            LockSupport.parkNanos(LATE.toNanos());
        }
        return current != Fault.BLACK_HOLE && !(current == Fault.DEAF && fromServer);
    }

    private static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (SocketException e) {
            // closed by the other end's thread meanwhile, which is as good
            LOG.log(System.Logger.Level.DEBUG, "a connection was gone before its reset", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
