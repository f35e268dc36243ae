package dev.remit.ledger.certificate;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Service;
import dev.remit.handoff.Unprocessable;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.handoff.passkey.Passkey;
import dev.remit.handoff.seal.Seal;
import dev.remit.handoff.seal.SealVerifier;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.handoff.seal.VerifierKey;
import dev.remit.ledger.adapter.kafka.Payloads;
import dev.remit.ledger.adapter.kafka.PlannedSteps;
import dev.remit.ledger.adapter.kafka.Stories;
import dev.remit.ledger.certificate.Verification.Check;
import dev.remit.ledger.domain.Charter;
import dev.remit.ledger.domain.Closure;
import dev.remit.ledger.domain.Publication;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.EarlierPolicy;
import dev.remit.ledger.log.EvidenceLeaf;
import dev.remit.ledger.log.KeyTrust;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.SignedNote;
import dev.remit.ledger.log.Timestamp;
import dev.remit.ledger.log.TrustPolicy;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Checks a closure certificate offline: it trusts nothing but the keys it is given. It goes through
 * the messages as they were sealed and decides closure anew; what the certificate says about itself
 * is only compared. What is withheld or erased is said, and what was therefore not checked again.
 */
public final class CertificateVerifier {
    /**
     * What to go by.
     *
     * @param services the services' keys
     * @param log the log's key
     * @param witnesses who must have cosigned the checkpoint; empty: nobody is asked for
     * @param earlier who must have cosigned it before that, each until a state of the log
     * @param authorities whose timestamps are believed; where there are any, there must be one
     * @param seals remembers the batches it has verified
     */
    public record Trust(
            TrustedKeys services,
            VerifierKey log,
            Optional<TrustPolicy> witnesses,
            List<EarlierPolicy> earlier,
            List<X509Certificate> authorities,
            SealVerifier seals) {
        public Trust {
            earlier = List.copyOf(earlier);
        }

        public Trust(TrustedKeys services, VerifierKey log) {
            this(services, log, Optional.empty(), List.of(), List.of());
        }

        public Trust(
                TrustedKeys services,
                VerifierKey log,
                Optional<TrustPolicy> witnesses,
                List<EarlierPolicy> earlier,
                List<X509Certificate> authorities) {
            this(services, log, witnesses, earlier, authorities, new SealVerifier(services));
        }
    }

    /** The type of the leaf that says that a change's content was erased. */
    public static final String ERASED = "ContentErased";

    private static final Set<String> APPROVING = Set.of("APPROVED", "JUSTIFIED", "UNJUSTIFIED");
    private static final String CLOSED = "ChangeClosed";

    /** A leaf, with its content when that is shown and its seal holds. */
    private record Placed(Certificate.Leaf leaf, Optional<Sealed> sealed) {
        String type() {
            return leaf.field("type");
        }

        int sequence() {
            String digits = leaf.field("seq");
            return digits.matches("[0-9]{1,9}") ? Integer.parseInt(digits) : -1;
        }

        String name() {
            return type() + (sequence() > 0 ? " " + sequence() : "");
        }
    }

    /** A message whose seal holds. */
    private record Sealed(
            Envelope envelope, Hash hash, Reading reading, Optional<Set<String>> planned) {}

    private final List<Check> checks = new ArrayList<>();

    private CertificateVerifier() {}

    /**
     * Verifies a certificate file.
     *
     * @param trust keys obtained apart from the file; without them, the file's own are used, and
     *     that is said
     */
    public static Verification verify(byte[] file, Optional<Trust> trust) {
        return new CertificateVerifier().run(file, trust);
    }

    private Verification run(byte[] file, Optional<Trust> given) {
        Certificate.Unverified unverified;
        try {
            unverified = Certificate.read(file);
        } catch (IllegalArgumentException e) {
            add("form", Finding.MALFORMED, String.valueOf(e.getMessage()));
            return new Verification(List.copyOf(checks), List.of(), "");
        }
        hold("form", "canonical JSON, one DSSE signature around an in-toto statement");
        Certificate certificate = unverified.certificate();
        List<String> words =
                certificate.summary().map(Certificate.Summary::lines).orElse(List.of());
        String outcome = certificate.statement().outcome();
        Trust trust;
        try {
            trust = given.orElseGet(() -> own(certificate.statement()));
        } catch (IllegalArgumentException e) {
            add("trust", Finding.MALFORMED, "the keys in the file do not read: " + e.getMessage());
            return new Verification(List.copyOf(checks), words, outcome);
        }
        hold(
                "trust",
                given.isPresent()
                        ? "keys obtained apart from the file"
                        : "NOTE: keys taken from the file itself; give --trust to rule out a forged set");
        check(
                "signature",
                unverified.isSignedBy(trust.log()),
                Finding.BAD_SIGNATURE,
                "the statement is signed by " + trust.log().reference(),
                "the statement is not signed by " + trust.log().reference());
        if (checks.getLast().finding().isRefusal()) {
            // whoever is not the log can state anything: looking further would tell nothing
            return new Verification(List.copyOf(checks), words, outcome);
        }
        List<Placed> leaves = leaves(certificate, trust, trees(certificate, trust));
        List<Placed> chain = chain(certificate.statement(), leaves);
        decision(certificate.statement(), leaves, chain);
        summary(certificate);
        return new Verification(List.copyOf(checks), words, outcome, matter(chain));
    }

    private static Trust own(Certificate.Statement statement) {
        return new Trust(
                TrustedKeys.parse(String.join("\n", statement.trusted())),
                VerifierKey.parse(statement.logKey()));
    }

    /** The trees that leaves may be in, by origin; that of the statement's own log by nothing. */
    private Map<String, Checkpoint> trees(Certificate certificate, Trust trust) {
        Map<String, Checkpoint> trees = new HashMap<>();
        tree(
                        "checkpoint",
                        new Certificate.State(certificate.checkpoint(), certificate.timestamp()),
                        certificate.statement().log(),
                        trust)
                .ifPresent(each -> trees.put("", each));
        Set<String> origins = new HashSet<>();
        trees.values().forEach(each -> origins.add(each.origin()));
        List<String> stated = certificate.statement().earlier();
        for (int n = 0; n < certificate.earlier().size(); n++) {
            tree(
                            "earlier",
                            certificate.earlier().get(n),
                            n < stated.size() ? stated.get(n) : "",
                            trust)
                    .ifPresent(each -> {
                        if (origins.add(each.origin())) {
                            trees.put(each.origin(), each);
                        } else {
                            add(
                                    "earlier",
                                    Finding.MALFORMED,
                                    "two states of " + each.origin() + " are stated");
                        }
                    });
        }
        return trees;
    }

    /** The state of the log, or of one of its shards, that the statement names. */
    private Optional<Checkpoint> tree(
            String name, Certificate.State state, String stated, Trust trust) {
        String text;
        try {
            text = SignedNote.open(state.checkpoint(), trust.log());
        } catch (IllegalArgumentException e) {
            add(name, Finding.BAD_SIGNATURE, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
        try {
            Checkpoint checkpoint = Checkpoint.parse(text);
            boolean own = Shard.period(checkpoint.origin(), trust.log().name()).isPresent();
            check(
                    name,
                    own && text.equals(stated),
                    Finding.NOT_INCLUDED,
                    "the log "
                            + checkpoint.origin()
                            + " signed its state at size "
                            + checkpoint.size(),
                    own
                            ? "the checkpoint is not the one that the statement names"
                            : "the checkpoint is of another log, " + checkpoint.origin());
            Witnessed.of(state.checkpoint(), checkpoint, trust)
                    .ifPresent(found -> checks.add(found.check()));
            timestamp(state, trust);
            return Optional.of(checkpoint);
        } catch (IllegalArgumentException e) {
            add(name, Finding.MALFORMED, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private void timestamp(Certificate.State state, Trust trust) {
        if (trust.authorities().isEmpty()) {
            state.timestamp()
                    .ifPresent(_ ->
                            hold(
                                    "timestamp",
                                    "NOTE: there is one, and no authority to check it by in the trust pack"));
            return;
        }
        if (state.timestamp().isEmpty()) {
            add(
                    "timestamp",
                    Finding.EXPIRED,
                    "there is none, though the trust pack names authorities");
            return;
        }
        try {
            Instant time =
                    Timestamp.verify(
                            state.timestamp().get(),
                            state.checkpoint().getBytes(StandardCharsets.UTF_8),
                            trust.authorities());
            hold("timestamp", "the checkpoint existed at " + time);
        } catch (IllegalArgumentException e) {
            add("timestamp", Finding.EXPIRED, String.valueOf(e.getMessage()));
        }
    }

    private List<Placed> leaves(
            Certificate certificate, Trust trust, Map<String, Checkpoint> trees) {
        List<Placed> leaves = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        List<KeyTrust> keys = new ArrayList<>();
        Set<String> places = new HashSet<>();
        int included = 0;
        int shown = 0;
        for (int n = 0; n < certificate.proofs().size(); n++) {
            Certificate.Leaf leaf = certificate.statement().leaves().get(n);
            byte[] bytes = leaf.text().getBytes(StandardCharsets.UTF_8);
            boolean twice = !places.add(leaf.index() + " " + leaf.origin());
            Checkpoint tree = trees.get(leaf.origin());
            if (!twice
                    && tree != null
                    && Merkle.includes(
                            tree.root(),
                            tree.size(),
                            leaf.index(),
                            Merkle.leafHash(bytes),
                            certificate.proofs().get(n))) {
                included++;
            } else {
                add(
                        "inclusion",
                        Finding.NOT_INCLUDED,
                        leaf.field("type")
                                + " "
                                + leaf.field("seq")
                                + (twice
                                        ? ": stands twice"
                                        : ": is not leaf "
                                                + leaf.index()
                                                + " of the log "
                                                + leaf.origin()));
            }
            Optional<Certificate.Content> content = certificate.contents().get(n);
            Optional<KeyTrust> key = content.isPresent() ? Optional.empty() : key(bytes);
            if (key.isPresent()) {
                keys.add(key.get());
                continue;
            }
            Optional<Sealed> sealed =
                    content.flatMap(
                            each -> sealed(each, leaf, bytes, certificate.statement(), trust));
            Placed placed = new Placed(leaf, sealed);
            leaves.add(placed);
            if (sealed.isPresent()) {
                shown++;
            }
            if (content.isEmpty()) {
                missing.add(placed.name());
            }
        }
        int all = certificate.proofs().size();
        check(
                "inclusions",
                included == all && all > 0,
                Finding.NOT_INCLUDED,
                all + " leaves are in that log",
                (all - included) + " of " + all + " leaves are not in the log");
        long given = certificate.contents().stream().filter(Optional::isPresent).count();
        check(
                "seals",
                shown == given,
                Finding.BAD_SIGNATURE,
                given
                        + " messages, each sealed by a service that may send it, are what the leaves hide",
                (given - shown) + " of " + given + " messages do not hold");
        keys(leaves, keys, trust);
        boolean erased = leaves.stream().anyMatch(each -> isErasure(each, certificate.statement()));
        if (!missing.isEmpty()) {
            add(
                    erased ? "erased" : "withheld",
                    erased ? Finding.ERASED : Finding.WITHHELD,
                    "content "
                            + (erased ? "erased" : "withheld")
                            + ", existence proved: "
                            + String.join(", ", missing)
                            + "; the ledger verified their seals when it logged them, which is not checked again");
        }
        return leaves;
    }

    private Optional<KeyTrust> key(byte[] leaf) {
        try {
            return KeyTrust.parse(leaf);
        } catch (IllegalArgumentException e) {
            add("keys", Finding.MALFORMED, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /**
     * Whether each seal is from before its key's end, by what the log itself says of keys. What was
     * logged before keys were has nothing there; the keys obtained apart say the rest.
     */
    private void keys(List<Placed> leaves, List<KeyTrust> keys, Trust trust) {
        Set<String> used = new TreeSet<>();
        Set<String> published = new TreeSet<>();
        boolean holds = true;
        for (KeyTrust each : keys) {
            String reference = each.key().reference();
            if (trust.services()
                    .find(reference)
                    .filter(known -> known.key().equals(each.key()))
                    .isEmpty()) {
                holds = false;
                add(
                        "keys",
                        Finding.BAD_SIGNATURE,
                        "the log's key " + reference + " is not trusted");
            }
            if (each.what() == KeyTrust.What.PUBLISHED) {
                published.add(reference);
            }
        }
        for (Placed placed : leaves) {
            String reference = placed.leaf().field("key");
            if (placed.sealed().isEmpty()) {
                continue;
            }
            used.add(reference);
            Instant sealed = placed.sealed().get().envelope().time();
            for (KeyTrust each : keys) {
                if (each.key().reference().equals(reference)
                        && each.at().filter(end -> !sealed.isBefore(end)).isPresent()) {
                    holds = false;
                    add(
                            "keys",
                            Finding.EXPIRED,
                            "%s was sealed at %s, and the log says that %s was %s at %s"
                                    .formatted(
                                            placed.name(),
                                            sealed,
                                            reference,
                                            each.what().name().toLowerCase(Locale.ROOT),
                                            each.at().orElseThrow()));
                }
            }
        }
        used.retainAll(published);
        if (holds && !used.isEmpty()) {
            hold(
                    "keys",
                    used.size()
                            + " keys are published in that log, and were used before their end");
        }
    }

    private static boolean isErasure(Placed placed, Certificate.Statement statement) {
        return placed.type().equals(ERASED)
                && placed.leaf().field("case").equals(statement.blindedChange());
    }

    /** The message, if its seal holds and it is what the leaf hides. */
    private Optional<Sealed> sealed(
            Certificate.Content content,
            Certificate.Leaf leaf,
            byte[] leafBytes,
            Certificate.Statement statement,
            Trust trust) {
        String name = leaf.field("type") + " " + leaf.field("seq");
        try {
            Map<String, String> headers = content.headers();
            Envelope envelope =
                    Envelope.read(
                            Handoff.ofType(headers.getOrDefault("ce_type", "")).topic().topicName(),
                            headers.get("ce_subject"),
                            header -> {
                                String value = headers.get(header);
                                return value == null
                                        ? null
                                        : value.getBytes(StandardCharsets.UTF_8);
                            });
            if (!headers.equals(envelope.headers())) {
                add(
                        "seal",
                        Finding.BAD_SIGNATURE,
                        name + ": has a header that is not part of the envelope");
                return Optional.empty();
            }
            Seal seal = Seal.parse(leaf.field("key"), content.seal());
            Hash hash = trust.seals().verify(envelope, content.payload(), seal);
            byte[] committed =
                    EvidenceLeaf.of(
                            envelope,
                            content.payload(),
                            seal,
                            content.salt(),
                            envelope.correlation() == null ? "-" : statement.blindedChange(),
                            leaf.field("policy"));
            if (!Arrays.equals(committed, leafBytes)) {
                add(
                        "content",
                        Finding.NOT_INCLUDED,
                        name + ": is not what leaf " + leaf.index() + " commits to");
                return Optional.empty();
            }
            var message = Payloads.decode(envelope, content.payload());
            return Optional.of(
                    new Sealed(
                            envelope,
                            hash,
                            Stories.read(envelope, hash, message),
                            PlannedSteps.of(message)));
        } catch (Unprocessable e) {
            add(
                    "seal",
                    e.code() == Unprocessable.Code.KEY_NOT_VALID
                            ? Finding.EXPIRED
                            : Finding.BAD_SIGNATURE,
                    name + ": " + e.code() + ", " + e.reason());
        } catch (IllegalArgumentException e) {
            add("message", Finding.BAD_SIGNATURE, name + ": " + e.getMessage());
        }
        return Optional.empty();
    }

    /** The change's handoffs, in order, each there once. */
    private List<Placed> chain(Certificate.Statement statement, List<Placed> leaves) {
        List<Placed> chain =
                leaves.stream()
                        .filter(each -> each.leaf().field("case").equals(statement.blindedChange()))
                        .filter(each -> each.sequence() > 0)
                        .toList();
        boolean unbroken = !chain.isEmpty();
        for (int n = 0; n < chain.size(); n++) {
            Placed at = chain.get(n);
            Optional<Sealed> before = n == 0 ? Optional.empty() : chain.get(n - 1).sealed();
            boolean follows =
                    at.sequence() == n + 1
                            && (before.isEmpty()
                                    || at.sealed().isEmpty()
                                    || Objects.equals(
                                            before.get().hash(),
                                            at.sealed().get().envelope().prev()));
            boolean sameChange =
                    at.sealed()
                            .map(sealed ->
                                    statement
                                            .change()
                                            .equals(
                                                    String.valueOf(
                                                            sealed.envelope().correlation())))
                            .orElse(true);
            if (!follows || !sameChange) {
                unbroken = false;
                add("chain", Finding.GAP, at.name() + " does not follow the handoff before it");
            }
        }
        if (chain.isEmpty()) {
            add("chain", Finding.GAP, "there is no handoff of the change");
        }
        if (unbroken) {
            hold("chain", chain.size() + " handoffs, none missing between the first and the last");
        }
        return chain;
    }

    /** What the change was about, as far as it is shown. */
    private static Optional<Matter> matter(List<Placed> chain) {
        List<Story.Step> steps = new ArrayList<>();
        UUID change = new UUID(0, 0);
        Optional<Set<String>> planned = Optional.empty();
        for (Placed each : chain) {
            if (each.sealed().isPresent()
                    && each.sealed().get().reading()
                            instanceof Reading.Handoff(UUID of, Story.Step step)) {
                change = of;
                steps.add(step);
                if (each.sealed().get().planned().isPresent()) {
                    planned = each.sealed().get().planned();
                }
            }
        }
        Story story = Story.untold(change).with(steps);
        Set<String> approvers = new TreeSet<>();
        for (Story.Decision each : story.decisions()) {
            if (each.decision().equals("APPROVED")
                    && each.by() instanceof Story.Decider.Person(String id)) {
                approvers.add(
                        each.binding()
                                .flatMap(Story.Binding::worker)
                                .map("worker:"::concat)
                                .orElse(id));
            }
        }
        Optional<Set<String>> authorized = planned;
        return story.proposed()
                .flatMap(proposed ->
                        proposed.about()
                                .map(about ->
                                        new Matter(
                                                proposed.charter(),
                                                proposed.subject(),
                                                story.readiness().flatMap(Story.Readiness::account),
                                                story.account(),
                                                about.action(),
                                                authorized,
                                                Set.copyOf(approvers))));
    }

    private void decision(
            Certificate.Statement statement, List<Placed> leaves, List<Placed> chain) {
        Optional<Story.Closed> closed = closed(statement, chain);
        List<Story.Step> steps = new ArrayList<>();
        int ends = 0;
        for (Placed each : chain) {
            if (each.type().equals(CLOSED)) {
                ends++;
            } else if (each.sealed().isPresent()
                    && each.sealed().get().reading()
                            instanceof Reading.Handoff(_, Story.Step step)) {
                steps.add(step);
            }
        }
        if (ends == 0) {
            add("closure", Finding.GAP, "the closure is not among the leaves");
            return;
        }
        Optional<Reading.Published> published = published(leaves, steps);
        if (steps.size() + ends < chain.size() || closed.isEmpty() || published.isEmpty()) {
            boolean shown = leaves.stream().allMatch(each -> each.sealed().isPresent());
            if (shown) {
                add(
                        "closure",
                        Finding.NOT_PROVED,
                        "the charter that the change names is not among the messages");
            } else {
                add(
                        "closure",
                        leaves.stream().anyMatch(each -> isErasure(each, statement))
                                ? Finding.ERASED
                                : Finding.WITHHELD,
                        (closed.isPresent()
                                        ? "the ledger's sealed closure says "
                                        : "only the log's statement says ")
                                + statement.outcome()
                                + "; approvals, separation of duties, execution and read-back were not checked again");
            }
            return;
        }
        List<Story.Activity> activities = new ArrayList<>();
        boolean activitiesShown = true;
        for (Placed each : leaves) {
            if (each.type().equals("IdentityObserved")) {
                activitiesShown &= each.sealed().isPresent();
                if (each.sealed().isPresent()
                        && each.sealed().get().reading()
                                instanceof Reading.Seen(Story.Activity activity)) {
                    activities.add(activity);
                }
            }
        }
        decide(
                statement,
                Story.untold(UUID.fromString(statement.change()))
                        .with(steps)
                        .seen(activities)
                        .signed(passkeys(leaves, steps))
                        .demoted(demotions(leaves)),
                published.get(),
                leaves,
                activitiesShown);
    }

    /** Who approved the charter itself; whether it is a first version, the ledger looked. */
    private void publication(Reading.Published published, List<Placed> leaves) {
        Charter charter = published.charter().orElseThrow();
        String named = charter.name() + " " + charter.version() + ", by its hash; ";
        List<Reading> said =
                leaves.stream()
                        .flatMap(each -> each.sealed().stream())
                        .map(Sealed::reading)
                        .toList();
        boolean shown =
                leaves.stream()
                        .noneMatch(each ->
                                each.sealed().isEmpty()
                                        && (each.type().equals("CharterDrafted")
                                                || each.type().equals("CharterDecided")));
        Optional<String> problem = Publication.problem(published, said);
        if (problem.isEmpty()) {
            hold("charter", named + Publication.words(published, said));
        } else if (shown) {
            add("charter", Finding.NOT_PROVED, named + problem.get());
        } else {
            hold("charter", named + "NOTE: who approved it is withheld");
        }
    }

    /** Those that are shown; that none was lifted before, the ledger looked. */
    private static List<Story.Demotion> demotions(List<Placed> leaves) {
        List<Story.Demotion> found = new ArrayList<>();
        for (Placed each : leaves) {
            if (each.sealed().isPresent()
                    && each.sealed().get().reading()
                            instanceof Reading.Demoted(UUID id, String charter, Instant at)) {
                found.add(new Story.Demotion(id, charter, at, Optional.empty()));
            }
        }
        return found;
    }

    /** Whose keys signed the decisions; one whose registration is withheld stands as empty. */
    private static Map<UUID, Optional<Story.Registered>> passkeys(
            List<Placed> leaves, List<Story.Step> steps) {
        Map<UUID, Instant> revoked = new HashMap<>();
        Map<UUID, Optional<Story.Registered>> found = new HashMap<>();
        List<Reading> shown =
                leaves.stream()
                        .flatMap(each -> each.sealed().stream())
                        .map(Sealed::reading)
                        .toList();
        for (Reading each : shown) {
            if (each instanceof Reading.Revoked(UUID passkey, Instant at)) {
                revoked.put(passkey, at);
            }
        }
        for (Reading each : shown) {
            if (each instanceof Reading.Registered(UUID id, Passkey key, Instant at)) {
                found.put(
                        id,
                        Optional.of(
                                new Story.Registered(
                                        key, at, Optional.ofNullable(revoked.get(id)))));
            }
        }
        for (Story.Step step : steps) {
            if (step.said() instanceof Story.Decision decision && decision.signed().isPresent()) {
                UUID named = decision.signed().get().passkey();
                boolean withheld =
                        leaves.stream()
                                .anyMatch(each ->
                                        each.sealed().isEmpty()
                                                && each.type().equals("PasskeyRegistered")
                                                && each.leaf()
                                                        .field("id")
                                                        .equals(
                                                                EvidenceLeaf.id(
                                                                                Service
                                                                                        .APPROVAL_ROUTING,
                                                                                named)
                                                                        .toString()));
                if (withheld) {
                    found.putIfAbsent(named, Optional.empty());
                }
            }
        }
        return found;
    }

    /** Who stands for each approval: the approver's own signature, or the service's word. */
    private void approvers(Story story) {
        for (Story.Decision each : story.decisions()) {
            if (!APPROVING.contains(each.decision())
                    || !(each.by() instanceof Story.Decider.Person(String person))) {
                continue;
            }
            Optional<Story.Registered> key =
                    each.signed()
                            .map(signed ->
                                    story.passkeys()
                                            .getOrDefault(signed.passkey(), Optional.empty()))
                            .orElse(Optional.empty());
            hold(
                    "approver",
                    "stage "
                            + each.stage()
                            + (key.isPresent()
                                    ? " is signed by "
                                            + person
                                            + " with their own passkey, registered "
                                            + key.get().since()
                                    : each.signed().isPresent()
                                            ? ": NOTE: signed with a passkey whose registration is withheld; whose it is, approval-routing vouches for"
                                            : ": NOTE: "
                                                    + person
                                                    + " signed nothing themselves; approval-routing vouches for them")
                            + each.onBehalfOf().map(", in the place of "::concat).orElse(""));
        }
    }

    /** The closure, if it is shown: it lists exactly the leaves of the chain before it. */
    private Optional<Story.Closed> closed(Certificate.Statement statement, List<Placed> chain) {
        for (Placed each : chain) {
            if (each.sealed().isPresent()
                    && each.sealed().get().reading() instanceof Reading.Handoff(_, Story.Step step)
                    && step.said() instanceof Story.Closed closed) {
                List<Placed> before = chain.subList(0, chain.indexOf(each));
                boolean lists = closed.handoffs().size() == before.size();
                for (int n = 0; lists && n < before.size(); n++) {
                    lists = isListed(closed.handoffs().get(n), before.get(n));
                }
                check(
                        "complete",
                        lists,
                        Finding.GAP,
                        "the closure lists exactly these handoffs",
                        "the closure lists other handoffs than the certificate holds");
                check(
                        "subject",
                        statement.change().equals(closed.change().toString())
                                && statement.outcome().equals(closed.outcome()),
                        Finding.NOT_PROVED,
                        "change " + statement.change() + " ended " + closed.outcome(),
                        "the statement names another change or outcome than the closure");
                return Optional.of(closed);
            }
        }
        return Optional.empty();
    }

    /**
     * Whether the closure means this leaf.
     *
     * @param listed sequence, id, type and hash
     */
    private static boolean isListed(String listed, Placed placed) {
        String[] words = listed.split(" ", -1);
        boolean same =
                words[0].equals(String.valueOf(placed.sequence()))
                        && words[2].equals(placed.type())
                        && Arrays.stream(Service.values())
                                .anyMatch(service ->
                                        EvidenceLeaf.id(service, UUID.fromString(words[1]))
                                                .toString()
                                                .equals(placed.leaf().field("id")));
        return same
                && placed.sealed().map(sealed -> sealed.hash().hex().equals(words[3])).orElse(true);
    }

    private void decide(
            Certificate.Statement statement,
            Story story,
            Reading.Published published,
            List<Placed> leaves,
            boolean activitiesShown) {
        if (published.charter().isEmpty()) {
            add("charter", Finding.NOT_PROVED, published.problem());
            return;
        }
        Charter charter = published.charter().get();
        publication(published, leaves);
        switch (Closure.of(story, Optional.of(charter))) {
            case Closure.Ended ended -> {
                check(
                        "outcome",
                        ended.outcome().name().equals(statement.outcome()),
                        Finding.NOT_PROVED,
                        ended.outcome() + ": " + ended.words(),
                        "decided anew it is "
                                + ended.outcome()
                                + ", the certificate says "
                                + statement.outcome());
                ended.proofs().forEach(proof -> hold(proof.name(), proof.words()));
                approvers(story);
            }
            case Closure.Open open -> {
                List<Closure.Missing> wrong =
                        open.missing().stream()
                                .filter(each ->
                                        activitiesShown
                                                || !each.name().equals(Closure.CORROBORATED))
                                .toList();
                if (wrong.isEmpty() && !open.missing().isEmpty()) {
                    add(
                            Closure.CORROBORATED,
                            Finding.WITHHELD,
                            "all else decided anew holds; what the target's own feed shows is withheld");
                } else {
                    add(
                            "outcome",
                            Finding.NOT_PROVED,
                            "decided anew it has not ended: " + open.words());
                    wrong.forEach(each -> add(each.name(), finding(each, story), each.words()));
                }
            }
        }
    }

    /** What a proof that is missing comes to. */
    private static Finding finding(Closure.Missing missing, Story story) {
        return switch (missing.name()) {
            case "chain" -> Finding.GAP;
            case "separation-of-duties" -> Finding.DUTIES_NOT_SEPARATE;
            case Closure.MODE -> Finding.EXECUTED_OTHER;
            case "executed.as-authorized" ->
                    isLate(story) ? Finding.EXPIRED : Finding.EXECUTED_OTHER;
            default -> Finding.NOT_PROVED;
        };
    }

    /** Whether the right plan was executed outside the time that it was authorized for. */
    private static boolean isLate(Story story) {
        return story.authorized().isPresent()
                && story.executed().isPresent()
                && story.authorized().get().actualHash().equals(story.executed().get().planHash())
                && !(story.executed()
                                .get()
                                .startedAt()
                                .isBefore(story.authorized().get().expiresAt())
                        && !story.executed()
                                .get()
                                .startedAt()
                                .isBefore(story.authorized().get().at()));
    }

    private static Optional<Reading.Published> published(
            List<Placed> leaves, List<Story.Step> steps) {
        Optional<String> hash =
                steps.stream()
                        .map(Story.Step::said)
                        .filter(Story.Proposed.class::isInstance)
                        .map(said -> ((Story.Proposed) said).charterHash())
                        .findFirst();
        return leaves.stream()
                .flatMap(each -> each.sealed().stream())
                .map(Sealed::reading)
                .filter(Reading.Published.class::isInstance)
                .map(Reading.Published.class::cast)
                .filter(each -> hash.isPresent() && each.hash().equals(hash.get()))
                .findFirst();
    }

    private void summary(Certificate certificate) {
        String commitment = certificate.statement().summary();
        certificate
                .summary()
                .ifPresentOrElse(
                        summary ->
                                check(
                                        "summary",
                                        summary.commitment().equals(commitment),
                                        Finding.BAD_SIGNATURE,
                                        "the words below are those that the log signed",
                                        "the summary is not the one that the log signed"),
                        () -> {
                            if (!commitment.isEmpty()) {
                                add("summary", Finding.WITHHELD, "the summary is withheld");
                            }
                        });
    }

    private void check(
            String name, boolean holds, Finding finding, String words, String otherwise) {
        checks.add(new Check(name, holds ? Finding.VERIFIED : finding, holds ? words : otherwise));
    }

    private void hold(String name, String words) {
        checks.add(new Check(name, Finding.VERIFIED, words));
    }

    private void add(String name, Finding finding, String words) {
        checks.add(new Check(name, finding, words));
    }
}
