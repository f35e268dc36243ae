package dev.remit.connector.application;

import dev.remit.charter.CharterReader;
import dev.remit.charter.Publication;
import dev.remit.connector.application.Feeds.Turn;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Draft;
import dev.remit.connector.domain.Ids;
import dev.remit.handoff.halt.Scopes;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.merkle.Hash;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Charter files were read: new ones become drafts, which people approve; broken and contradicting
 * ones are set aside, the rest stays in force. Only the first version of a charter that the
 * installation names is published at once.
 */
@Singleton
public class PublishCharters {
    private static final String ANY = "*";

    /** Asked for after the turns of charters, never before one. */
    private static final String TRIGGERS = "charters|triggers";

    private record Version(String name, String version) {
        static Version of(Charter charter) {
            return new Version(charter.name(), charter.version());
        }
    }

    private final Letters letters;
    private final Handoffs handoffs;
    private final Feeds feeds;
    private final PublishedCharters published;
    private final CharterDrafts drafts;
    private final Proposals proposals;
    private final Charters charters;
    private final Set<String> bootstrap;
    private final Duration decideWithin;

    PublishCharters(
            Handoffs handoffs,
            Feeds feeds,
            PublishedCharters published,
            CharterDrafts drafts,
            Proposals proposals,
            Charters charters,
            @ConfigProperty(name = "remit.charters.bootstrap") Optional<Set<String>> bootstrap,
            @ConfigProperty(name = "remit.charters.decide-within", defaultValue = "P7D")
                    Duration decideWithin,
            Letters letters) {
        this.letters = letters;
        this.handoffs = handoffs;
        this.feeds = feeds;
        this.published = published;
        this.drafts = drafts;
        this.proposals = proposals;
        this.charters = charters;
        this.bootstrap = bootstrap.orElse(Set.of());
        this.decideWithin = decideWithin;
    }

    /**
     * Takes in what is new in these files; the first file with a name and version counts.
     *
     * @return whether all of it is settled; otherwise something waits for an open draft to end
     */
    public Uni<Boolean> publish(Turn turn, List<CharterText> files) {
        Map<Version, CharterText.Good> firsts = new LinkedHashMap<>();
        for (CharterText file : files) {
            if (file instanceof CharterText.Good good) {
                firsts.putIfAbsent(Version.of(good.document().charter()), good);
            }
        }
        Set<String> waiting = new TreeSet<>();
        return feeds.write(
                        turn,
                        List.of(),
                        outbox ->
                                queue(
                                                firsts.keySet().stream()
                                                        .map(Version::name)
                                                        .collect(Collectors.toSet()))
                                        .chain(() ->
                                                Multi.createFrom()
                                                        .iterable(firsts.values())
                                                        .onItem()
                                                        .transformToUniAndConcatenate(
                                                                each -> take(each, waiting, outbox))
                                                        .collect()
                                                        .last())
                                        .invoke(() ->
                                                setAsideBroken(files, firsts.values(), outbox))
                                        .replaceWithVoid())
                .map(_ -> waiting.isEmpty());
    }

    /** Whoever decides about a charter waits for its turn. */
    Uni<Void> queue(Set<String> names) {
        return proposals.queue(
                names.stream().map(name -> "charter|" + name).collect(Collectors.toSet()));
    }

    private Uni<Void> take(CharterText.Good file, Set<String> waiting, Outbox outbox) {
        PublishedCharters.Document document = file.document();
        Charter charter = document.charter();
        return published
                .history(charter.name())
                .chain(versions -> {
                    if (versions.stream().anyMatch(each -> each.hash().equals(charter.hash()))) {
                        return Uni.createFrom().voidItem();
                    }
                    if (versions.stream()
                            .anyMatch(each -> each.version().equals(charter.version()))) {
                        setAside(
                                "CHARTER_VERSION_REUSED",
                                reused(charter),
                                file,
                                charter.name(),
                                outbox);
                        return Uni.createFrom().voidItem();
                    }
                    return drafts.of(charter.name())
                            .chain(known -> {
                                // what was decided stays decided, until a person asks anew
                                if (known.stream()
                                        .anyMatch(each -> each.hash().equals(charter.hash()))) {
                                    return Uni.createFrom().voidItem();
                                }
                                if (known.stream().anyMatch(each -> each.end().isEmpty())) {
                                    waiting.add(file.file());
                                    return Uni.createFrom().voidItem();
                                }
                                return claimedTwice(charter, outbox)
                                        .chain(claimed ->
                                                claimed.isPresent()
                                                        ? setAside(claimed.get(), file, outbox)
                                                        : take(document, versions, file, outbox));
                            });
                });
    }

    private Uni<Void> take(
            PublishedCharters.Document document,
            List<PublishedCharters.Version> versions,
            CharterText.Good file,
            Outbox outbox) {
        return versions.isEmpty() && begins(document.charter().name())
                ? begin(document, file.file(), outbox)
                : open(
                                document,
                                versions,
                                Optional.empty(),
                                Publication.Drafter.UNKNOWN,
                                "found as " + file.file() + " in the charters' folder",
                                outbox)
                        .replaceWithVoid();
    }

    private static Uni<Void> setAside(
            Charter.Refusal refusal, CharterText.Good file, Outbox outbox) {
        setAside(refusal.code(), refusal.detail(), file, file.document().charter().name(), outbox);
        return Uni.createFrom().voidItem();
    }

    /**
     * Whether another charter's trigger claims an event that this one's does; nobody publishes one
     * that could meanwhile.
     */
    Uni<Optional<Charter.Refusal>> claimedTwice(Charter charter, Outbox outbox) {
        return charter.triggers().isEmpty()
                ? Uni.createFrom().item(Optional.empty())
                : proposals
                        .queue(Set.of(TRIGGERS))
                        .chain(published::all)
                        .map(all -> charter.claimedTwice(all, outbox.now()));
    }

    /** What a draft would put into force. */
    Charter read(Draft draft) {
        return published.read(draft.document());
    }

    private boolean begins(String name) {
        return bootstrap.contains(name) || bootstrap.contains(ANY);
    }

    /**
     * The first version of a charter that the installation names: nobody is asked, and it shows.
     */
    private Uni<Void> begin(PublishedCharters.Document document, String file, Outbox outbox) {
        Draft draft =
                draft(
                        document,
                        List.of(),
                        Optional.empty(),
                        List.of(Draft.Part.BOOTSTRAP),
                        List.of("remit.charters.bootstrap names it"),
                        "found as " + file + " in the charters' folder",
                        outbox);
        Draft.Approval approval =
                new Draft.Approval(
                        outbox.newId(), Draft.Part.BOOTSTRAP, Optional.empty(), outbox.now());
        send(draft, letters.drafted(draft), draft.id(), outbox);
        send(
                draft,
                letters.decided(
                        draft,
                        approval,
                        Optional.empty(),
                        "the installation's configuration names this charter, and it is its first version"),
                approval.id(),
                outbox);
        return drafts.add(draft)
                .chain(() -> drafts.approved(draft.id(), approval))
                .chain(() -> publish(draft, List.of(approval), outbox));
    }

    /** Opens a draft; what it needs follows from what it changes and who drafted it. */
    Uni<Draft> open(
            PublishedCharters.Document document,
            List<PublishedCharters.Version> versions,
            Optional<Draft.Person> drafter,
            Publication.Drafter as,
            String reason,
            Outbox outbox) {
        Publication needed =
                Publication.of(inForce(versions), CharterReader.published(document.document()), as);
        Draft draft =
                draft(
                        document,
                        versions,
                        drafter,
                        needed.needs().stream()
                                .map(each -> Draft.Part.valueOf(each.name()))
                                .toList(),
                        needed.because(),
                        reason,
                        outbox);
        send(draft, letters.drafted(draft), draft.id(), outbox);
        return drafts.add(draft).replaceWith(draft);
    }

    private Draft draft(
            PublishedCharters.Document document,
            List<PublishedCharters.Version> versions,
            Optional<Draft.Person> drafter,
            List<Draft.Part> needs,
            List<String> because,
            String reason,
            Outbox outbox) {
        Charter charter = document.charter();
        return new Draft(
                outbox.newId(),
                charter.name(),
                charter.version(),
                charter.hash(),
                document.document(),
                versions.isEmpty() ? Optional.empty() : Optional.of(versions.getLast().hash()),
                owner(document, versions),
                drafter,
                needs,
                because,
                reason,
                outbox.now(),
                outbox.now().plus(decideWithin),
                List.of(),
                Optional.empty());
    }

    /** Nobody takes a charter over by naming themselves its owner: the one in force is asked. */
    static String owner(
            PublishedCharters.Document document, List<PublishedCharters.Version> versions) {
        return inForce(versions)
                .orElseGet(() -> CharterReader.published(document.document()))
                .owner();
    }

    private static Optional<dev.remit.charter.Charter> inForce(
            List<PublishedCharters.Version> versions) {
        return versions.isEmpty()
                ? Optional.empty()
                : Optional.of(CharterReader.published(versions.getLast().document()));
    }

    /** Puts an approved draft into force. */
    Uni<Void> publish(Draft draft, List<Draft.Approval> approvals, Outbox outbox) {
        Charter charter = read(draft);
        outbox.publish(
                dev.remit.handoff.Ids.derived(Ids.NAMESPACE, "charter:" + draft.hash()),
                draft.name(),
                letters.charter(draft, approvals, outbox.now()),
                null,
                null);
        return published
                .add(
                        new PublishedCharters.Document(charter, draft.document()),
                        draft.id(),
                        outbox.now())
                .chain(() ->
                        drafts.ended(
                                draft.id(),
                                new Draft.End(
                                        Draft.Outcome.PUBLISHED,
                                        Optional.empty(),
                                        "approved",
                                        outbox.now())));
    }

    static void send(
            Draft draft, org.apache.avro.specific.SpecificRecord message, UUID id, Outbox outbox) {
        outbox.publish(id, Scopes.charter(draft.name()), message, null, null);
    }

    /**
     * Every version of a charter, the first one first.
     *
     * @throws Problem 404 CHARTER_UNKNOWN if it was never published
     */
    public Uni<List<Published>> history(String name) {
        return handoffs.transact(
                        List.of(),
                        outbox ->
                                published
                                        .history(name)
                                        .chain(versions ->
                                                drafts.of(name)
                                                        .map(known -> joined(versions, known))))
                .invoke(found -> {
                    if (found.isEmpty()) {
                        throw Problem.of(
                                404,
                                "CHARTER_UNKNOWN",
                                "no charter '"
                                        + name
                                        + "' was published; GET /charters lists them");
                    }
                });
    }

    /**
     * The version of a charter that is in force; before any is, the one that will be.
     *
     * @throws Problem 404 CHARTER_UNKNOWN if it was never published
     */
    public Uni<Published> inForce(String name) {
        return history(name)
                .map(all ->
                        charters.find(name)
                                .flatMap(charter ->
                                        all.stream()
                                                .filter(each ->
                                                        each.version()
                                                                .hash()
                                                                .equals(charter.hash()))
                                                .findFirst())
                                .orElseGet(all::getLast));
    }

    /** A version, and the draft that was approved; empty for one from before. */
    public record Published(PublishedCharters.Version version, Optional<Draft> draft) {}

    private static List<Published> joined(
            List<PublishedCharters.Version> versions, List<Draft> drafts) {
        return versions.stream()
                .map(each ->
                        new Published(
                                each,
                                drafts.stream()
                                        .filter(draft ->
                                                each.draft().filter(draft.id()::equals).isPresent())
                                        .findFirst()))
                .toList();
    }

    /** Puts into force what any replica published. */
    public Uni<Void> refresh() {
        return handoffs.transact(List.of(), outbox -> published.all())
                .invoke(charters::replace)
                .replaceWithVoid();
    }

    static String reused(Charter charter) {
        return "metadata.version: "
                + charter.name()
                + " "
                + charter.version()
                + " was published with other content; that one stays in force";
    }

    /** The broken ones, and further files with a name and version that another file has too. */
    private static void setAsideBroken(
            List<CharterText> files, java.util.Collection<CharterText.Good> firsts, Outbox outbox) {
        Map<Version, String> hashes =
                firsts.stream()
                        .map(each -> each.document().charter())
                        .collect(Collectors.toMap(Version::of, Charter::hash));
        for (CharterText file : files) {
            switch (file) {
                case CharterText.Broken broken ->
                        setAside("CHARTER_INVALID", broken.fault(), broken, null, outbox);
                case CharterText.Good good -> {
                    Charter charter = good.document().charter();
                    if (!charter.hash().equals(hashes.get(Version.of(charter)))) {
                        setAside(
                                "CHARTER_VERSION_REUSED",
                                reused(charter),
                                good,
                                charter.name(),
                                outbox);
                    }
                }
            }
        }
    }

    private static void setAside(
            String code, String fault, CharterText file, @Nullable String key, Outbox outbox) {
        byte[] text = file.text().getBytes(StandardCharsets.UTF_8);
        outbox.deadLetter(
                code,
                fault,
                "charters/" + file.file() + "#" + Hash.sha256(text).hex(),
                key,
                Map.of(),
                text);
    }
}
