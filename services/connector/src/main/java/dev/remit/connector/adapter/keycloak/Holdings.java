package dev.remit.connector.adapter.keycloak;

import dev.remit.connector.adapter.keycloak.KeycloakAdmin.Client;
import dev.remit.connector.adapter.keycloak.KeycloakAdmin.Group;
import dev.remit.connector.adapter.keycloak.KeycloakAdmin.Role;
import dev.remit.connector.adapter.keycloak.KeycloakAdmin.User;
import dev.remit.connector.application.Listing;
import dev.remit.connector.domain.Account;
import dev.remit.connector.domain.Entitlement;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.WebApplicationException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who is in which groups and holds which roles of the realm and of its clients, also those that
 * come by a group, by a group around it or by a composite role, as Keycloak gives them (Server
 * Administration Guide, "Groups": subgroups inherit). Some calls a group, a client and a role, none
 * a user, unless a role's name is one that cannot be asked for: who holds it is then read from each
 * user and group. A list that was cut off or moved while it was read is not believed: the whole
 * reading fails.
 */
final class Holdings {
    private static final int PAGE = 100;

    /** Groups inside of groups; deeper ones are taken for a loop. */
    private static final int DEEPEST = 64;

    private final Map<String, List<Account.Group>> groups = new HashMap<>();
    private final Map<String, Set<String>> roles = new HashMap<>();
    private final Map<String, Set<String>> direct = new HashMap<>();

    /** By a group's path or a role's name, the roles that come with it directly. */
    private final Map<String, Set<String>> gives = new HashMap<>();

    private final Map<String, String> owners = new HashMap<>();
    private final Set<String> applications = new HashSet<>();

    /** Every role of the realm and of its clients, by id. */
    private final Map<String, Named> known = new LinkedHashMap<>();

    /** Roles that their own names did not lead to, by id. */
    private final Map<String, Named> unnamed = new LinkedHashMap<>();

    /**
     * A role by the name that it is known by here: a realm's by its own, a client's as {@code
     * client/role}; where another role has that name too, with its id, so that no two have one.
     *
     * @param client immutable id of the client whose it is; null for the realm's
     */
    private record Named(Role role, @Nullable String client, String name) {
        Uni<List<User>> holders(KeycloakAdmin keycloak, int first, int max) {
            return client == null
                    ? keycloak.holders(role.name(), first, max)
                    : keycloak.clientHolders(client, role.name(), first, max);
        }

        Uni<List<Group>> groups(KeycloakAdmin keycloak, int first, int max) {
            return client == null
                    ? keycloak.groupsWith(role.name(), first, max)
                    : keycloak.clientGroupsWith(client, role.name(), first, max);
        }
    }

    private Holdings() {}

    static Uni<Holdings> read(KeycloakAdmin keycloak) {
        Holdings held = new Holdings();
        return tree(keycloak)
                .invoke(all -> all.forEach(each -> held.owned(each.path(), each.attributes())))
                .call(all -> each(all, group -> held.members(keycloak, group)))
                .chain(all ->
                        held.listed(keycloak)
                                .call(() -> held.roles(keycloak, all))
                                .call(() -> held.unnamed(keycloak, all)))
                .invoke(held::inherit)
                .replaceWith(held);
    }

    /** The groups that this account is a direct member of, by path. */
    List<Account.Group> groups(String user) {
        return groups.getOrDefault(user, List.of()).stream()
                .sorted(Comparator.comparing(Account.Group::path))
                .toList();
    }

    /** The roles that this account holds, however it came to them. */
    List<String> roles(String user) {
        return List.copyOf(new TreeSet<>(roles.getOrDefault(user, Set.of())));
    }

    /** Those that were given to this account itself. */
    List<String> direct(String user) {
        return List.copyOf(new TreeSet<>(direct.getOrDefault(user, Set.of())));
    }

    /**
     * The applications, and the groups and roles that give something or that somebody answers for.
     */
    List<Entitlement> entitlements() {
        Set<String> names = new TreeSet<>(gives.keySet());
        names.addAll(owners.keySet());
        names.addAll(applications);
        return names.stream()
                .map(name ->
                        new Entitlement(
                                name,
                                List.copyOf(gives.getOrDefault(name, Set.of())),
                                owners.get(name)))
                .toList();
    }

    /** Every group of the realm, those outside first. */
    private static Uni<List<Group>> tree(KeycloakAdmin keycloak) {
        List<Group> found = new ArrayList<>();
        return all((first, max) -> keycloak.groups(first, max, false), Group::id)
                .chain(top -> level(keycloak, top, 1, found, new HashSet<>()))
                .replaceWith(found);
    }

    private static Uni<Void> level(
            KeycloakAdmin keycloak,
            List<Group> level,
            int depth,
            List<Group> found,
            Set<String> seen) {
        for (Group group : level) {
            if (!seen.add(group.id())) {
                throw new Listing.Incomplete("a group came twice: " + group.path());
            }
        }
        if (depth > DEEPEST) {
            throw new Listing.Incomplete("groups are inside of groups more than " + DEEPEST);
        }
        found.addAll(level);
        List<Group> inside = new ArrayList<>();
        return each(
                        level.stream().filter(Holdings::mayHaveChildren).toList(),
                        group ->
                                all(
                                                (first, max) ->
                                                        keycloak.children(
                                                                group.id(), first, max, false),
                                                Group::id)
                                        .invoke(children -> expect(group, children))
                                        .invoke(inside::addAll)
                                        .replaceWithVoid())
                .chain(() ->
                        inside.isEmpty()
                                ? Uni.createFrom().voidItem()
                                : level(keycloak, inside, depth + 1, found, seen));
    }

    private static boolean mayHaveChildren(Group group) {
        return group.subGroupCount() == null || group.subGroupCount() > 0;
    }

    private static void expect(Group group, List<Group> children) {
        if (group.subGroupCount() != null && children.size() < group.subGroupCount()) {
            throw new Listing.Incomplete(
                    "%s has %d groups inside, %d were listed"
                            .formatted(group.path(), group.subGroupCount(), children.size()));
        }
    }

    private Uni<Void> members(KeycloakAdmin keycloak, Group group) {
        return all((first, max) -> keycloak.members(group.id(), first, max, true), User::id)
                .invoke(members ->
                        members.forEach(member ->
                                groups.computeIfAbsent(member.id(), _ -> new ArrayList<>())
                                        .add(new Account.Group(group.id(), group.path()))))
                .replaceWithVoid();
    }

    private Uni<Void> listed(KeycloakAdmin keycloak) {
        Map<Role, Client> ofClients = new LinkedHashMap<>();
        return all((first, max) -> keycloak.roles(first, max, false), Role::id)
                .call(() ->
                        all(keycloak::clients, Client::id)
                                .invoke(clients -> clients.forEach(this::owned))
                                .chain(clients ->
                                        each(
                                                clients,
                                                client ->
                                                        all(
                                                                        (first, max) ->
                                                                                keycloak
                                                                                        .clientRoles(
                                                                                                client
                                                                                                        .id(),
                                                                                                first,
                                                                                                max,
                                                                                                false),
                                                                        Role::id)
                                                                .invoke(roles ->
                                                                        roles.forEach(role ->
                                                                                ofClients.put(
                                                                                        role,
                                                                                        client)))
                                                                .replaceWithVoid())))
                .invoke(ofRealm -> name(ofRealm, ofClients))
                .replaceWithVoid();
    }

    private void name(List<Role> ofRealm, Map<Role, Client> ofClients) {
        Map<String, Integer> names = new HashMap<>();
        ofRealm.forEach(role -> names.merge(role.name(), 1, Integer::sum));
        ofClients.forEach((role, client) -> names.merge(name(role, client), 1, Integer::sum));
        ofRealm.forEach(role -> known.put(role.id(), new Named(role, null, role.name())));
        ofClients.forEach((role, client) -> {
            String name = name(role, client);
            known.put(
                    role.id(),
                    new Named(
                            role,
                            client.id(),
                            names.getOrDefault(name, 1) == 1
                                    ? name
                                    : name + " (" + role.id() + ")"));
        });
    }

    private static String name(Role role, Client client) {
        return client.clientId() + "/" + role.name();
    }

    private Uni<Void> roles(KeycloakAdmin keycloak, List<Group> listed) {
        Set<String> paths = new HashSet<>();
        listed.forEach(group -> paths.add(group.path()));
        known.values().forEach(each -> owned(each.name(), each.role().attributes()));
        return each(
                List.copyOf(known.values()),
                role ->
                        role(keycloak, role, paths)
                                .onFailure(failure -> !(failure instanceof Listing.Incomplete))
                                .transform(failure -> unread(role, failure)));
    }

    /**
     * Whoever looks for what is wrong learns by which role; one left out would be held by nobody.
     */
    private static IllegalStateException unread(Named role, Throwable failure) {
        return new IllegalStateException(
                "%s role '%s' cannot be read: %s"
                        .formatted(
                                role.client() == null ? "realm" : "client", role.name(), failure),
                failure);
    }

    /** Whether servers and proxies refuse an address with this name in it, even encoded. */
    private static boolean mayBeRefused(Role role) {
        return role.name().matches(".*[/;%\\\\].*");
    }

    /**
     * Of those whose names did not lead to who holds them: a call a group and a user, for the realm
     * and for each client that has such roles.
     */
    private Uni<Void> unnamed(KeycloakAdmin keycloak, List<Group> listed) {
        if (unnamed.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return each(
                        listed,
                        group ->
                                mapped(
                                        client ->
                                                client.isEmpty()
                                                        ? keycloak.rolesOfGroup(group.id())
                                                        : keycloak.clientRolesOfGroup(
                                                                group.id(), client),
                                        role -> give(group.path(), role)))
                .chain(() -> all((first, max) -> keycloak.users(first, max, true), User::id))
                .chain(users ->
                        each(
                                users,
                                user ->
                                        mapped(
                                                client ->
                                                        (client.isEmpty()
                                                                        ? keycloak.rolesOfUser(
                                                                                user.id())
                                                                        : keycloak
                                                                                .clientRolesOfUser(
                                                                                        user.id(),
                                                                                        client))
                                                                .onFailure(Holdings::isGone)
                                                                .recoverWithItem(List.<Role>of()),
                                                role -> hold(user.id(), role))));
    }

    /**
     * What was given to one holder, of the roles whose names lead nowhere.
     *
     * @param given by the client's id; empty for the realm
     */
    private Uni<Void> mapped(Function<String, Uni<List<Role>>> given, Consumer<String> found) {
        Set<String> clients = new LinkedHashSet<>();
        unnamed.values().forEach(each -> clients.add(each.client() == null ? "" : each.client()));
        return each(
                List.copyOf(clients),
                client ->
                        given.apply(client)
                                .invoke(all ->
                                        all.forEach(role -> {
                                            Named named = unnamed.get(role.id());
                                            if (named != null) {
                                                found.accept(named.name());
                                            }
                                        }))
                                .replaceWithVoid());
    }

    /** Who was removed meanwhile holds nothing. */
    private static boolean isGone(Throwable failure) {
        return failure instanceof WebApplicationException answer
                && answer.getResponse().getStatus() == 404;
    }

    private void hold(String user, String role) {
        roles.computeIfAbsent(user, _ -> new HashSet<>()).add(role);
    }

    /** Whom it was given to, which groups, and what it is made of. */
    private Uni<Void> role(KeycloakAdmin keycloak, Named role, Set<String> paths) {
        return given(keycloak, role, paths)
                .onFailure(failure ->
                        mayBeRefused(role.role()) && !(failure instanceof Listing.Incomplete))
                .recoverWithUni(() -> {
                    unnamed.put(role.role().id(), role);
                    return Uni.createFrom().voidItem();
                })
                .chain(() ->
                        role.role().composite()
                                ? keycloak.composites(role.role().id())
                                : Uni.createFrom().item(List.<Role>of()))
                .invoke(parts -> parts.forEach(part -> give(role.name(), name(part))))
                .replaceWithVoid();
    }

    private String name(Role part) {
        Named named = known.get(part.id());
        if (named == null) {
            throw new Listing.Incomplete(
                    "a role is made of '%s', which was not listed".formatted(part.name()));
        }
        return named.name();
    }

    private Uni<Void> given(KeycloakAdmin keycloak, Named role, Set<String> paths) {
        return all((first, max) -> role.holders(keycloak, first, max), User::id)
                .invoke(holders -> holders.forEach(holder -> hold(holder.id(), role.name())))
                .chain(() -> all((first, max) -> role.groups(keycloak, first, max), Group::id))
                .invoke(holders -> {
                    for (Group group : holders) {
                        if (!paths.contains(group.path())) {
                            throw new Listing.Incomplete(
                                    "%s holds a role and was not listed".formatted(group.path()));
                        }
                        give(group.path(), role.name());
                    }
                })
                .replaceWithVoid();
    }

    /** An application is told as {@code client/}, beside its roles, whoever answers for it. */
    private void owned(Client client) {
        applications.add(client.clientId() + "/");
        String owner = client.attributes() == null ? null : client.attributes().get("owner");
        if (owner != null && !owner.isBlank()) {
            owners.put(client.clientId() + "/", owner);
        }
    }

    private void owned(String name, @Nullable Map<String, List<String>> attributes) {
        String owner = attribute(attributes, "owner");
        if (owner != null) {
            owners.put(name, owner);
        }
    }

    /** The first value of an attribute; null for none. */
    static @Nullable String attribute(@Nullable Map<String, List<String>> attributes, String name) {
        List<String> values = attributes == null ? null : attributes.get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }

    private void give(String holder, String role) {
        gives.computeIfAbsent(holder, _ -> new TreeSet<>()).add(role);
    }

    /** Adds to each account what comes with its groups, those around them, and its roles. */
    private void inherit() {
        Map<String, Set<String>> ofGroups = new HashMap<>();
        Map<String, Set<String>> ofRoles = new HashMap<>();
        roles.forEach((user, own) -> direct.put(user, Set.copyOf(own)));
        groups.forEach((user, theirs) -> {
            for (Account.Group group : theirs) {
                roles.computeIfAbsent(user, _ -> new HashSet<>())
                        .addAll(ofGroups.computeIfAbsent(group.path(), this::ofGroup));
            }
        });
        roles.replaceAll((_, held) -> {
            Set<String> all = new HashSet<>();
            held.forEach(role -> all.addAll(ofRoles.computeIfAbsent(role, this::closed)));
            return all;
        });
    }

    private Set<String> ofGroup(String path) {
        Set<String> all = new HashSet<>();
        String each = path;
        while (each.length() > 1) {
            all.addAll(gives.getOrDefault(each, Set.of()));
            each = each.substring(0, Math.max(0, each.lastIndexOf('/')));
        }
        return all;
    }

    /** A role and all that come with it; roles that are made of each other end. */
    private Set<String> closed(String role) {
        Set<String> all = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(role));
        while (!open.isEmpty()) {
            String next = open.pop();
            if (all.add(next)) {
                open.addAll(gives.getOrDefault(next, Set.of()));
            }
        }
        return all;
    }

    private static <T> Uni<Void> each(List<T> all, Function<T, Uni<Void>> work) {
        return Multi.createFrom()
                .iterable(all)
                .onItem()
                .transformToUniAndConcatenate(item -> work.apply(item))
                .collect()
                .asList()
                .replaceWithVoid();
    }

    /** Every page of a list, which Keycloak orders by name. */
    static <T> Uni<List<T>> all(
            BiFunction<Integer, Integer, Uni<List<T>>> page, Function<T, String> id) {
        return more(page, new Listing<>(id));
    }

    private static <T> Uni<List<T>> more(
            BiFunction<Integer, Integer, Uni<List<T>>> page, Listing<T> listing) {
        return page.apply(listing.next(), PAGE)
                .chain(next -> {
                    boolean more = listing.add(next) && next.size() == PAGE;
                    return more ? more(page, listing) : Uni.createFrom().item(listing.entries());
                });
    }
}
