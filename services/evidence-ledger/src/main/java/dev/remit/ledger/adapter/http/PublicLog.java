package dev.remit.ledger.adapter.http;

import dev.remit.handoff.http.Problem;
import dev.remit.ledger.application.ProveEntries;
import dev.remit.ledger.application.PublicFiles;
import dev.remit.ledger.application.Served;
import dev.remit.ledger.application.SignStatement;
import dev.remit.ledger.log.Tile;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.Callable;

/**
 * The public log (C2SP tlog-tiles), from its files alone; and proofs made of them. A log that is
 * kept by periods has each later shard below its period, as {@code /log/2027/checkpoint}.
 */
@Path("/log")
@PermitAll
public class PublicLog {
    private static final String FOR_SECONDS = "max-age=2";

    /** Nothing, or a period and a slash. */
    private static final String SHARD = "{shard:(?:[0-9]{4}(?:-q[1-4]|-(?:0[1-9]|1[0-2]))?/)?}";

    private final PublicFiles files;
    private final ProveEntries prove;
    private final SignStatement sign;

    PublicLog(PublicFiles files, ProveEntries prove, SignStatement sign) {
        this.files = files;
        this.prove = prove;
        this.sign = sign;
    }

    /** The log's state: the largest one that has all the cosignatures asked for. */
    @GET
    @Path(SHARD + "checkpoint")
    public Uni<Response> checkpoint(@PathParam("shard") String shard) {
        return file(shard, "checkpoint", Served.STATE);
    }

    /** The largest state that the log signed, for witnesses and monitors. */
    @GET
    @Path(SHARD + "checkpoint.signed")
    public Uni<Response> signed(@PathParam("shard") String shard) {
        return file(shard, "checkpoint.signed", Served.STATE);
    }

    /** The timestamp (RFC 3161 token) over the bytes of the checkpoint of this size. */
    @GET
    @Path(SHARD + "timestamp/{size:[0-9]+}.tsr")
    public Uni<Response> timestamp(
            @PathParam("shard") String shard, @PathParam("size") String size) {
        return file(shard, "timestamp/" + size + ".tsr", Served.FOR_EVER);
    }

    /** A tile or an entry bundle: never changes. */
    @GET
    @Path(SHARD + "tile/{path:.+}")
    public Uni<Response> tile(@PathParam("shard") String shard, @PathParam("path") String path) {
        try {
            return file(shard, Tile.parse("tile/" + path).path(), Served.FOR_EVER);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "NOT_IN_LOG", "the log has no tile/" + path);
        }
    }

    /** That the leaf is in the log, as of the public checkpoint (C2SP tlog-proof). */
    @GET
    @Path(SHARD + "proof/{index:[0-9]{1,18}}")
    public Uni<Response> proof(@PathParam("shard") String shard, @PathParam("index") long index) {
        return proved(() -> prove.inclusion(period(shard), index).text(), FOR_SECONDS);
    }

    /**
     * That the log of one size is a prefix of that of another: hashes of RFC 9162 section 2.1.4, a
     * line each.
     */
    @GET
    @Path(SHARD + "consistency/{old:[0-9]{1,18}}/{size:[0-9]{1,18}}")
    public Uni<Response> consistency(
            @PathParam("shard") String shard,
            @PathParam("old") long old,
            @PathParam("size") long size) {
        return proved(
                () -> prove.consistency(period(shard), old, size), Served.FOR_EVER.cacheControl());
    }

    /** The key that signs Sigstore bundles of certificates, in PEM. */
    @GET
    @Path("statement.pem")
    @Produces("application/x-pem-file")
    public String statementKey() {
        return sign.publicKey();
    }

    /**
     * What a Sigstore client is to trust beside it: this log and its timestamp authorities. Obtain
     * both apart from any bundle, once for each shard, and keep them.
     */
    @GET
    @Path("trusted-root.json")
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<byte[]> trustedRoot() {
        return sign.trustedRoot();
    }

    private Uni<Response> proved(Callable<String> proof, String caching) {
        return files.away(proof)
                .map(text ->
                        Response.ok(text, Served.STATE.contentType())
                                .header("Cache-Control", caching)
                                .build())
                .onFailure(IndexOutOfBoundsException.class)
                .transform(failure ->
                        Problem.of(404, "NOT_IN_LOG", String.valueOf(failure.getMessage())));
    }

    private static String period(String shard) {
        return shard.replace("/", "");
    }

    private Uni<Response> file(String shard, String path, Served as) {
        return files.away(() -> files.of(period(shard)).read(path))
                .map(found ->
                        found.map(bytes ->
                                        Response.ok(bytes, as.contentType())
                                                .header("Cache-Control", as.cacheControl())
                                                .build())
                                .orElseThrow(() ->
                                        Problem.of(
                                                404,
                                                "NOT_IN_LOG",
                                                "the log has no " + shard + path)));
    }
}
