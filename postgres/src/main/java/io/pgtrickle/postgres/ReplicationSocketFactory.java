package io.pgtrickle.postgres;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;

/// Sockets for replication sessions. pgjdbc looks for data in them with a read that waits for a millisecond, and an idle stream thus
/// costs a thousand exceptions a second, 5 % of a core. Here such a read waits longer where the last one found nothing; it ends at
/// once all the same when data comes.
///
/// pgjdbc goes on looking as long as keepalives come, and a server whose unpublished tables are busy sends one with each commit: after a
/// while there is nothing to be found here, so that the stream's thread can report to the server.
public final class ReplicationSocketFactory extends SocketFactory {

    /// By which pgjdbc's look for data is told from its other reads.
    private static final int DRIVER_WAIT_MILLIS = 1;

    /// The stream's thread looks at the clock after about that.
    private static final int WAIT_MILLIS = 50;

    @Override
    public Socket createSocket() {
        return new PatientSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return unsupported();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
            throws IOException {
        return unsupported();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return unsupported();
    }

    @Override
    public Socket createSocket(
            InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return unsupported();
    }

    private static Socket unsupported() throws IOException {
        throw new IOException("pgjdbc connects its sockets by itself");
    }

    /// For one thread, but for `close`.
    private static final class PatientSocket extends Socket {

        private boolean looking;
        private boolean wasEmpty;
        private long lastEmpty = System.nanoTime();

        @Override
        public void setSoTimeout(int millis) throws SocketException {
            looking = millis == DRIVER_WAIT_MILLIS;
            super.setSoTimeout(looking && wasEmpty ? WAIT_MILLIS : millis);
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new PatientInput(super.getInputStream());
        }

        private boolean isOverdue() {
            return System.nanoTime() - lastEmpty > TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS);
        }

        private void foundNothing() {
            wasEmpty = true;
            lastEmpty = System.nanoTime();
        }

        private final class PatientInput extends FilterInputStream {

            PatientInput(InputStream in) {
                super(in);
            }

            @Override
            public int available() throws IOException {
                return isOverdue() ? 0 : super.available();
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                if (looking && isOverdue()) {
                    foundNothing();
                    throw new SocketTimeoutException("the stream's thread has to report");
                }
                try {
                    int read = super.read(buffer, offset, length);
                    wasEmpty = false;
                    return read;
                } catch (SocketTimeoutException e) {
                    foundNothing();
                    throw e;
                }
            }
        }
    }
}
