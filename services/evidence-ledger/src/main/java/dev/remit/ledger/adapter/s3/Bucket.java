package dev.remit.ledger.adapter.s3;

import dev.remit.ledger.application.Served;
import dev.remit.ledger.audit.Stored;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Objects in S3-compatible storage that takes conditional writes ({@code If-None-Match}, {@code
 * If-Match}). It blocks, up to 20 seconds a call.
 */
public final class Bucket implements Stored, AutoCloseable {
    /**
     * Where the objects are.
     *
     * @param url of the service; empty: that of AWS in this region
     * @param prefix what every key starts with; empty or ending with a slash
     * @param isPathStyle whether the bucket's name is in the path and not in the host name
     * @param accessKey with the secret key; both empty: credentials are looked for as every client
     *     of AWS does, in the environment, the container's role, the machine's role
     */
    public record Settings(
            String bucket,
            Optional<URI> url,
            String region,
            String prefix,
            boolean isPathStyle,
            Optional<String> accessKey,
            Optional<String> secretKey) {
        /** Where nothing says which one. */
        public static final String DEFAULT_REGION = "us-east-1";

        public Settings {
            if (accessKey.isPresent() != secretKey.isPresent()) {
                throw new IllegalArgumentException(
                        "remit.log.s3: access-key and secret-key come together");
            }
            if (!prefix.isEmpty() && (!prefix.endsWith("/") || prefix.startsWith("/"))) {
                throw new IllegalArgumentException(
                        "remit.log.s3.prefix: '" + prefix + "' is not like 'acme/log/'");
            }
        }

        /**
         * As the ledger's own environment says it: {@code REMIT_LOG_S3_BUCKET} and so on.
         *
         * @throws IllegalArgumentException if it names no bucket
         */
        public static Settings of(Map<String, String> environment) {
            String bucket = environment.get("REMIT_LOG_S3_BUCKET");
            if (bucket == null) {
                throw new IllegalArgumentException("REMIT_LOG_S3_BUCKET is not set");
            }
            return new Settings(
                    bucket,
                    Optional.ofNullable(environment.get("REMIT_LOG_S3_URL")).map(URI::create),
                    environment.getOrDefault("REMIT_LOG_S3_REGION", DEFAULT_REGION),
                    environment.getOrDefault("REMIT_LOG_S3_PREFIX", ""),
                    Boolean.parseBoolean(environment.get("REMIT_LOG_S3_PATH_STYLE")),
                    Optional.ofNullable(environment.get("REMIT_LOG_S3_ACCESS_KEY")),
                    Optional.ofNullable(environment.get("REMIT_LOG_S3_SECRET_KEY")));
        }

        /** Without the secret. */
        @Override
        public String toString() {
            return "bucket " + bucket + (prefix.isEmpty() ? "" : ", " + prefix);
        }
    }

    /**
     * An object as it was read.
     *
     * @param tag its ETag
     */
    record Found(byte[] bytes, String tag) {}

    /** The object that conditional writes are tried on; no file of the log. */
    static final String PROBE = "conditional";

    private static final Duration ATTEMPT = Duration.ofSeconds(5);
    private static final Duration CALL = Duration.ofSeconds(20);
    private static final int UNSIGNED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_THERE = 404;
    private static final int CONFLICT = 409;
    private static final int CONFLICTS = 4;
    private static final int OTHERWISE = 412;

    private final Settings settings;
    private final S3Client client;

    /** Nothing is asked yet. */
    public Bucket(Settings settings) {
        this.settings = settings;
        S3ClientBuilder builder =
                S3Client.builder()
                        .region(Region.of(settings.region()))
                        .forcePathStyle(settings.isPathStyle())
                        .credentialsProvider(credentials(settings))
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        // checksums in trailers are AWS's own: other services refuse them
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                        .serviceConfiguration(each -> each.chunkedEncodingEnabled(false))
                        .overrideConfiguration(
                                each -> each.apiCallAttemptTimeout(ATTEMPT).apiCallTimeout(CALL));
        settings.url().ifPresent(builder::endpointOverride);
        this.client = builder.build();
    }

    private static AwsCredentialsProvider credentials(Settings settings) {
        return settings.accessKey().isPresent()
                ? StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(
                                settings.accessKey().get(), settings.secretKey().orElseThrow()))
                : DefaultCredentialsProvider.builder().build();
    }

    /**
     * An object; empty when there is none.
     *
     * @throws IllegalStateException if the bucket or its credentials are not as configured
     */
    Optional<Found> get(String path) {
        try {
            ResponseBytes<GetObjectResponse> found =
                    client.getObjectAsBytes(
                            each -> each.bucket(settings.bucket()).key(settings.prefix() + path));
            return Optional.of(new Found(found.asByteArray(), found.response().eTag()));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (S3Exception e) {
            if (e.statusCode() == NOT_THERE && !"NoSuchBucket".equals(code(e))) {
                return Optional.empty();
            }
            throw named(e);
        }
    }

    @Override
    public Optional<byte[]> read(String path) {
        return get(path).map(Found::bytes);
    }

    /** Whether it was put: false when one is there already. */
    boolean putNew(String path, byte[] bytes, Served served) {
        return put(path, bytes, served, each -> each.ifNoneMatch("*"));
    }

    /** Whether it was put: false when the one that is there has another tag by now. */
    boolean putInstead(String path, String tag, byte[] bytes, Served served) {
        // Ceph knows a tag only without its quotes, S3Mock only with them
        return put(path, bytes, served, each -> each.ifMatch(tag))
                || put(path, bytes, served, each -> each.ifMatch(tag.replace("\"", "")));
    }

    private boolean put(
            String path, byte[] bytes, Served served, Consumer<PutObjectRequest.Builder> only) {
        PutObjectRequest.Builder request =
                PutObjectRequest.builder()
                        .bucket(settings.bucket())
                        .key(settings.prefix() + path)
                        .contentType(served.contentType())
                        .cacheControl(served.cacheControl())
                        // a bucket whose objects are locked by default takes none without
                        .contentMD5(md5(bytes));
        only.accept(request);
        return put(request.build(), bytes, CONFLICTS);
    }

    /**
     * @param tries from 1, while another conditional write of the same object is under way
     */
    private boolean put(PutObjectRequest request, byte[] bytes, int tries) {
        try {
            client.putObject(request, RequestBody.fromBytes(bytes));
            return true;
        } catch (S3Exception e) {
            if (e.statusCode() == CONFLICT && tries > 1) {
                return put(request, bytes, tries - 1);
            }
            // 404: it was removed
            if (e.statusCode() == OTHERWISE
                    || e.statusCode() == CONFLICT
                    || (e.statusCode() == NOT_THERE && "NoSuchKey".equals(code(e)))) {
                return false;
            }
            throw named(e);
        }
    }

    private static String md5(byte[] bytes) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<String> list() {
        return list("");
    }

    /** The paths of the log's files that start so, sorted. */
    List<String> list(String start) {
        String prefix = settings.prefix() + start;
        try {
            return client
                    .listObjectsV2Paginator(each -> each.bucket(settings.bucket()).prefix(prefix))
                    .contents()
                    .stream()
                    .map(S3Object::key)
                    .map(key -> key.substring(settings.prefix().length()))
                    .filter(path -> !path.equals(PROBE))
                    .toList();
        } catch (S3Exception e) {
            throw named(e);
        }
    }

    /** By the setting to look at, where the answer says which. */
    private RuntimeException named(S3Exception e) {
        String why = " (" + e.statusCode() + (code(e) == null ? ")" : " " + code(e) + ")");
        return switch (e.statusCode()) {
            case UNSIGNED, FORBIDDEN ->
                    new IllegalStateException(
                            "remit.log.s3.access-key, remit.log.s3.secret-key: "
                                    + this
                                    + " refuses them, or the role in their place"
                                    + why,
                            e);
            case NOT_THERE ->
                    new IllegalStateException("remit.log.s3.bucket: there is no " + this + why, e);
            default -> e;
        };
    }

    private static @Nullable String code(S3Exception e) {
        return e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorCode();
    }

    @Override
    public void close() {
        client.close();
    }

    @Override
    public String toString() {
        return settings.toString();
    }
}
