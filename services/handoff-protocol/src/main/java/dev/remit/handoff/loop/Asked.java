package dev.remit.handoff.loop;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A client of the registry: it is asked by one thread at a time, and by itself it waits for ever
 * for an answer. Whoever asks waits so long and no longer; then that client is left to itself and
 * another one is made.
 */
final class Asked<T> {
    private record Client<T>(T is, ReentrantLock lock) {
        <R> R ask(Function<T, R> question, Duration patience) {
            try {
                if (!lock.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                    throw silent(patience, new TimeoutException("it answers somebody else"));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw silent(patience, e);
            }
            try {
                return question.apply(is);
            } finally {
                lock.unlock();
            }
        }
    }

    private final Supplier<T> make;
    private final Duration patience;
    private volatile Client<T> client;

    /**
     * @param patience how long an answer is waited for
     */
    Asked(Supplier<T> make, Duration patience) {
        this.make = make;
        this.patience = patience;
        this.client = made();
    }

    /**
     * Asks in another thread.
     *
     * @throws Unavailable if there is no answer in time
     */
    <R> R ask(Function<T, R> question) {
        Client<T> asked = client;
        FutureTask<R> answer = new FutureTask<>(() -> asked.ask(question, patience));
        Thread.ofVirtual().start(answer);
        try {
            return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            replace(asked);
            throw silent(patience, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw silent(patience, e);
        }
    }

    // whether it is this very client, whatever it was asked
    @SuppressWarnings("ReferenceEquality")
    private synchronized void replace(Client<T> asked) {
        if (client == asked) {
            client = made();
        }
    }

    private Client<T> made() {
        return new Client<>(make.get(), new ReentrantLock());
    }

    private static Unavailable silent(Duration patience, Exception cause) {
        return new Unavailable(
                "the schema registry has not answered for " + patience.toMillis() + " ms", cause);
    }
}
