package dev.remit.handoff.loop;

import com.microsoft.kiota.ApiException;
import dev.remit.handoff.halt.HaltsUnread;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.concurrent.TimeoutException;

/** Something the service stands on does not answer now; the same work can succeed later. */
final class Unavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int NOT_FOUND = 404;

    Unavailable(String what) {
        super(what);
    }

    Unavailable(String what, Throwable cause) {
        super(what, cause);
    }

    /**
     * Whether the failure, or one that caused it, is of the kind that passes: connection, timeout,
     * deadlock, restart, and whatever a registry answers but that there is no such schema.
     */
    static boolean isCauseOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Unavailable
                    || cause instanceof HaltsUnread
                    || cause instanceof ConnectException
                    || cause instanceof SocketException
                    // what the system says of a write, "Broken pipe"; what does not read is a
                    // subclass
                    || cause.getClass() == IOException.class
                    || isClosed(cause)
                    || cause instanceof TimeoutException
                    || cause instanceof java.net.http.HttpTimeoutException
                    || cause instanceof ClosedConnectionException
                    || cause instanceof io.vertx.core.http.HttpClosedException
                    || cause instanceof io.netty.channel.ConnectTimeoutException
                    || cause instanceof java.nio.channels.ClosedChannelException
                    || cause instanceof org.apache.kafka.common.errors.RetriableException
                    || (cause instanceof ApiException registry
                            && registry.getResponseStatusCode() != NOT_FOUND)) {
                return true;
            }
        }
        return SqlState.of(failure).filter(Unavailable::passes).isPresent();
    }

    /** A statement behind the one that broke the connection; the driver has no type for it. */
    private static boolean isClosed(Throwable cause) {
        String words = cause.getMessage();
        return cause instanceof NoStackTraceThrowable
                && words != null
                && words.startsWith("Connection is not active now");
    }

    /**
     * Whether the database says that it rolled the transaction back, and why it did lies in the
     * statements that met (PostgreSQL error class 40, and 57014: cancelled).
     */
    static boolean isRollback(Throwable failure) {
        return SqlState.of(failure)
                .filter(state -> state.startsWith("40") || state.equals("57014"))
                .isPresent();
    }

    /**
     * PostgreSQL error classes (appendix A): connection, transaction rollback, resources, operator
     * intervention.
     */
    private static boolean passes(String sqlState) {
        return sqlState.startsWith("08")
                || sqlState.startsWith("40")
                || sqlState.startsWith("53")
                || sqlState.startsWith("57");
    }
}
