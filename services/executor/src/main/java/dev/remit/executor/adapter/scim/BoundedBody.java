package dev.remit.executor.adapter.scim;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import io.vertx.ext.web.codec.BodyCodec;
import io.vertx.ext.web.codec.spi.BodyStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An answer's body in memory, given up as soon as it is longer than anything that is expected. */
final class BoundedBody implements BodyStream<Buffer> {
    private final int longest;
    private final Buffer body = Buffer.buffer();
    private final Promise<Buffer> result = Promise.promise();
    private @Nullable Handler<Throwable> troubled;

    private BoundedBody(int longest) {
        this.longest = longest;
    }

    /**
     * @param longest bytes
     */
    static io.vertx.mutiny.ext.web.codec.BodyCodec<io.vertx.mutiny.core.buffer.Buffer> codec(
            int longest) {
        BodyCodec<Buffer> codec =
                streamed -> streamed.handle(Future.succeededFuture(new BoundedBody(longest)));
        return io.vertx.mutiny.ext.web.codec.BodyCodec.newInstance(
                codec,
                io.smallrye.mutiny.vertx.TypeArg.of(io.vertx.mutiny.core.buffer.Buffer.class));
    }

    @Override
    public Future<Void> write(Buffer part) {
        if (body.length() + part.length() > longest) {
            handle(new IOException("the answer is longer than " + longest + " bytes"));
            return Future.failedFuture("too long");
        }
        body.appendBuffer(part);
        return Future.succeededFuture();
    }

    @Override
    public void write(Buffer part, Handler<AsyncResult<Void>> written) {
        written.handle(write(part));
    }

    @Override
    public void end(Handler<AsyncResult<Void>> ended) {
        result.tryComplete(body);
        ended.handle(Future.succeededFuture());
    }

    @Override
    public Future<Buffer> result() {
        return result.future();
    }

    @Override
    public void handle(Throwable failure) {
        if (result.tryFail(failure) && troubled != null) {
            troubled.handle(failure);
        }
    }

    @Override
    public BodyStream<Buffer> exceptionHandler(@Nullable Handler<Throwable> handler) {
        troubled = handler;
        return this;
    }

    @Override
    public WriteStream<Buffer> setWriteQueueMaxSize(int size) {
        return this;
    }

    @Override
    public boolean writeQueueFull() {
        return false;
    }

    @Override
    public WriteStream<Buffer> drainHandler(@Nullable Handler<Void> handler) {
        return this;
    }
}
