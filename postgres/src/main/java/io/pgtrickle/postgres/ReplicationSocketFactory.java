package io.pgtrickle.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import javax.net.SocketFactory;

/// Sockets for replication sessions. pgjdbc looks for data in them with a read that waits for a millisecond, and an idle stream thus
/// costs a thousand exceptions a second, 5 % of a core. Here such a read waits longer; it ends at once all the same when data
/// comes.
public final class ReplicationSocketFactory extends SocketFactory {

    /// By which pgjdbc's look for data is told from its other reads.
    private static final int DRIVER_WAIT_MILLIS = 1;

    /// The stream's thread looks at the clock after that at the latest.
    private static final int WAIT_MILLIS = 10;

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

    private static final class PatientSocket extends Socket {

        @Override
        public void setSoTimeout(int millis) throws SocketException {
            super.setSoTimeout(millis == DRIVER_WAIT_MILLIS ? WAIT_MILLIS : millis);
        }
    }
}
