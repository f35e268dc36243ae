package dev.remit.connector.adapter.keycloak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.adapter.keycloak.KeycloakAdmin.Client;
import dev.remit.connector.adapter.keycloak.KeycloakAdmin.Group;
import dev.remit.connector.adapter.keycloak.KeycloakAdmin.Role;
import dev.remit.connector.adapter.keycloak.KeycloakAdmin.User;
import dev.remit.connector.application.Listing;
import dev.remit.connector.domain.Account;
import dev.remit.connector.domain.Entitlement;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.WebApplicationException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Against a realm in memory that answers in pages as Keycloak does. */
class HoldingsTest {
    private final Realm realm = new Realm();

    @Test
    void aMemberOfASubgroupIsSeenAndHoldsWhatTheGroupsAroundItGive() {
        realm.group("", "finance", "f");
        realm.group("f", "payments", "p");
        realm.group("p", "night", "n");
        realm.members.put("n", List.of("ann"));
        realm.role("approve-payments", "f");
        realm.role("night-shift", "n");
        realm.owners.put("p", "W-pat");
        realm.owners.put("night-shift", "W-kim");

        Holdings held = read();

        assertThat(held.groups("ann"))
                .extracting(Account.Group::path)
                .containsExactly("/finance/payments/night");
        assertThat(held.roles("ann")).containsExactly("approve-payments", "night-shift");
        assertThat(held.direct("ann")).isEmpty();
        assertThat(held.entitlements())
                .containsExactly(
                        new Entitlement("/finance", List.of("approve-payments"), null),
                        new Entitlement("/finance/payments", List.of(), "W-pat"),
                        new Entitlement("/finance/payments/night", List.of("night-shift"), null),
                        new Entitlement("night-shift", List.of(), "W-kim"));
    }

    @Test
    void whoAnswersForAnApplicationIsToldBesideItsRoles() {
        realm.group("", "tills", "t");
        realm.clientRole("till", "clerk", "t");
        realm.clientRole("blog", "author");
        realm.owners.put("till/", "W-kim");

        assertThat(read().entitlements())
                .containsExactly(
                        new Entitlement("/tills", List.of("till/clerk"), null),
                        new Entitlement("blog/", List.of(), null),
                        new Entitlement("till/", List.of(), "W-kim"));
    }

    @Test
    void aCompositeRoleGivesAllThatItIsMadeOfAndALoopOfThemEnds() {
        realm.role("clerk");
        realm.role("create-payments");
        realm.role("read");
        realm.parts.put("clerk", List.of("create-payments"));
        realm.parts.put("create-payments", List.of("read", "clerk"));
        realm.holders.put("clerk", List.of("bob"));

        assertThat(read().roles("bob")).containsExactly("clerk", "create-payments", "read");
        assertThat(read().direct("bob")).containsExactly("clerk");
        assertThat(read().roles("nobody")).isEmpty();
    }

    @Test
    void noListIsCutOffHoweverLongItIs() {
        IntStream.range(0, 1205).forEach(n -> realm.group("", "g%04d".formatted(n), "id" + n));
        IntStream.range(0, 230).forEach(n -> realm.group("id7", "s%03d".formatted(n), "sub" + n));
        IntStream.range(0, 150).forEach(n -> realm.role("r%03d".formatted(n), "sub229"));
        realm.members.put("id1204", List.of("ann"));
        realm.members.put("sub229", IntStream.range(0, 350).mapToObj(n -> "u" + n).toList());

        Holdings held = read();

        assertThat(held.groups("ann")).extracting(Account.Group::path).containsExactly("/g1204");
        assertThat(held.groups("u349")).hasSize(1);
        assertThat(held.roles("u349")).hasSize(150);
    }

    @Test
    void aListThatIsShorterThanItShouldBeIsNotBelieved() {
        realm.group("", "finance", "f");
        realm.group("f", "payments", "p");
        realm.claimed.put("f", 2L);
        assertThatThrownBy(this::read)
                .isInstanceOf(Listing.Incomplete.class)
                .hasMessageContaining("/finance has 2 groups inside, 1 were listed");
    }

    @Test
    void groupsInsideOfThemselvesAreNotFollowedForEver() {
        realm.group("", "a", "a");
        realm.group("a", "b", "b");
        realm.children.get("b").add("a");
        realm.claimed.put("b", 1L);
        assertThatThrownBy(this::read)
                .isInstanceOf(Listing.Incomplete.class)
                .hasMessageContaining("a group came twice");
    }

    @Test
    void aRoleOfAGroupThatWasNotListedMakesTheWholeReadingFail() {
        realm.role("approve-payments", "unseen");
        assertThatThrownBy(this::read).isInstanceOf(Listing.Incomplete.class);
    }

    @Test
    void aRoleThatCannotBeReadMakesTheWholeReadingFailAndIsNamed() {
        realm.role("clerk");
        realm.refused.add("clerk");
        assertThatThrownBy(this::read)
                .hasMessageContaining("realm role 'clerk' cannot be read")
                .hasMessageContaining("answered 400");
    }

    @Test
    void aRoleWhoseNameCannotBeAskedForIsReadFromWhoHoldsIt() {
        realm.group("", "finance", "f");
        realm.group("f", "payments", "p");
        realm.members.put("p", List.of("ann"));
        realm.role("clerk");
        realm.role("pay/roll", "f");
        realm.role("read");
        realm.parts.put("pay/roll", List.of("read"));
        realm.holders.put("clerk", List.of("bob", "eve"));
        realm.holders.put("pay/roll", List.of("bob"));
        realm.refused.add("pay/roll");
        realm.users.addAll(List.of("ann", "bob", "eve", "gone"));
        realm.gone.add("gone");

        Holdings held = read();

        assertThat(held.roles("ann")).containsExactly("pay/roll", "read");
        assertThat(held.roles("bob")).containsExactly("clerk", "pay/roll", "read");
        assertThat(held.direct("bob")).containsExactly("clerk", "pay/roll");
        assertThat(held.roles("eve")).containsExactly("clerk");
        assertThat(held.entitlements())
                .contains(
                        new Entitlement("/finance", List.of("pay/roll"), null),
                        new Entitlement("pay/roll", List.of("read"), null));
        assertThat(realm.asked).as("one call a user and a group").hasSize(6);
    }

    @Test
    void whereNoNameIsRefusedNoUserIsAsked() {
        realm.role("pay/roll");
        realm.users.add("ann");
        realm.holders.put("pay/roll", List.of("ann"));
        assertThat(read().roles("ann")).containsExactly("pay/roll");
        assertThat(realm.asked).isEmpty();
    }

    @Test
    void whoCannotBeAskedMakesTheWholeReadingFail() {
        realm.role("pay/roll");
        realm.refused.add("pay/roll");
        realm.users.add("ann");
        realm.silent.add("ann");
        assertThatThrownBy(this::read).hasMessageContaining("answered 500");
    }

    @Test
    void aClientsRoleIsHeldByTheClientsNameAndItsOwnHoweverItWasGiven() {
        realm.group("", "finance", "f");
        realm.members.put("f", List.of("ann"));
        realm.clientRole("payroll", "writer");
        realm.clientRole("payroll", "reader");
        realm.clientRole("payroll", "closer", "f");
        realm.role("accountant");
        realm.parts.put("accountant", List.of("payroll/writer"));
        realm.parts.put("payroll/writer", List.of("payroll/reader"));
        realm.holders.put("accountant", List.of("bob"));
        realm.holders.put("payroll/writer", List.of("eve"));

        Holdings held = read();

        assertThat(held.roles("ann")).containsExactly("payroll/closer");
        assertThat(held.roles("bob"))
                .containsExactly("accountant", "payroll/reader", "payroll/writer");
        assertThat(held.roles("eve")).containsExactly("payroll/reader", "payroll/writer");
        assertThat(held.direct("eve")).containsExactly("payroll/writer");
        assertThat(held.entitlements())
                .containsExactly(
                        new Entitlement("/finance", List.of("payroll/closer"), null),
                        new Entitlement("accountant", List.of("payroll/writer"), null),
                        new Entitlement("payroll/", List.of(), null),
                        new Entitlement("payroll/writer", List.of("payroll/reader"), null));
    }

    @Test
    void noTwoRolesHaveOneName() {
        realm.role("payroll/writer");
        realm.clientRole("payroll", "writer");
        realm.holders.put("payroll/writer", List.of("ann"));

        assertThat(read().roles("ann"))
                .containsExactly("payroll/writer", "payroll/writer (payroll:writer)");
    }

    @Test
    void aClientsRoleWhoseNameCannotBeAskedForIsReadFromWhoHoldsIt() {
        realm.group("", "finance", "f");
        realm.members.put("f", List.of("ann"));
        realm.clientRole("payroll", "read/write", "f");
        realm.clientRole("crm", "read");
        realm.holders.put("payroll/read/write", List.of("bob"));
        realm.refused.add("read/write");
        realm.users.addAll(List.of("ann", "bob"));

        Holdings held = read();

        assertThat(held.roles("ann")).containsExactly("payroll/read/write");
        assertThat(held.direct("bob")).containsExactly("payroll/read/write");
        assertThat(realm.asked).containsExactly("f", "ann", "bob");
    }

    @Test
    void aRoleThatIsMadeOfOneThatWasNotListedMakesTheWholeReadingFail() {
        realm.role("accountant");
        realm.parts.put("accountant", List.of("payroll/writer"));
        assertThatThrownBy(this::read)
                .isInstanceOf(Listing.Incomplete.class)
                .hasMessageContaining("'payroll/writer', which was not listed");
    }

    private Holdings read() {
        return Holdings.read(realm).await().indefinitely();
    }

    private static final class Realm implements KeycloakAdmin {
        final Map<String, List<String>> children = new HashMap<>(Map.of("", new ArrayList<>()));
        final Map<String, String> paths = new HashMap<>(Map.of("", ""));
        final Map<String, Long> claimed = new HashMap<>();
        final Map<String, List<String>> members = new HashMap<>();
        final Map<String, List<String>> rolesOfGroups = new HashMap<>();
        final Map<String, List<String>> holders = new HashMap<>();
        final Map<String, List<String>> parts = new HashMap<>();
        final Map<String, String> owners = new HashMap<>();
        final TreeSet<String> roles = new TreeSet<>();
        final Map<String, TreeSet<String>> clients = new java.util.TreeMap<>();
        final TreeSet<String> refused = new TreeSet<>();
        final TreeSet<String> users = new TreeSet<>();
        final TreeSet<String> gone = new TreeSet<>();
        final TreeSet<String> silent = new TreeSet<>();
        final List<String> asked = new ArrayList<>();

        void group(String parent, String name, String id) {
            children.get(parent).add(id);
            children.put(id, new ArrayList<>());
            paths.put(id, paths.get(parent) + "/" + name);
        }

        void role(String name, String... groups) {
            roles.add(name);
            rolesOfGroups.put(name, List.of(groups));
        }

        /** Known as client/role in the maps above, and by another id. */
        void clientRole(String client, String name, String... groups) {
            clients.computeIfAbsent(client, _ -> new TreeSet<>()).add(name);
            rolesOfGroups.put(client + "/" + name, List.of(groups));
        }

        private Role ofClient(String client, String name) {
            String known = client + "/" + name;
            return new Role(
                    client + ":" + name, name, parts.containsKey(known), true, attributes(known));
        }

        private List<Role> rolesOf(String client) {
            return clients.getOrDefault(client, new TreeSet<>()).stream()
                    .map(name -> ofClient(client, name))
                    .toList();
        }

        private Group group(String id) {
            return new Group(
                    id,
                    paths.getOrDefault(id, "/" + id),
                    claimed.getOrDefault(id, (long) children.getOrDefault(id, List.of()).size()),
                    attributes(id));
        }

        private static <T> Uni<List<T>> page(List<T> all, int first, int max) {
            return Uni.createFrom()
                    .item(
                            List.copyOf(
                                    all.subList(
                                            Math.min(first, all.size()),
                                            Math.min(first + max, all.size()))));
        }

        private static List<User> users(List<String> ids) {
            return ids.stream().map(id -> new User(id, id, true, null)).toList();
        }

        private Role listed(String name) {
            return new Role(name, name, parts.containsKey(name), false, attributes(name));
        }

        private Map<String, List<String>> attributes(String id) {
            return owners.containsKey(id) ? Map.of("owner", List.of(owners.get(id))) : Map.of();
        }

        @Override
        public Uni<List<User>> users(int first, int max, boolean brief) {
            return page(users(List.copyOf(users)), first, max);
        }

        @Override
        public Uni<List<Role>> rolesOfUser(String id) {
            asked.add(id);
            if (gone.contains(id)) {
                return Uni.createFrom().failure(new WebApplicationException(404));
            }
            if (silent.contains(id)) {
                return Uni.createFrom().failure(new IllegalStateException("answered 500"));
            }
            return given(holders, id);
        }

        @Override
        public Uni<List<Role>> rolesOfGroup(String id) {
            asked.add(id);
            return given(rolesOfGroups, id);
        }

        private Uni<List<Role>> given(Map<String, List<String>> to, String id) {
            return Uni.createFrom()
                    .item(
                            roles.stream()
                                    .filter(role -> to.getOrDefault(role, List.of()).contains(id))
                                    .map(this::listed)
                                    .toList());
        }

        @Override
        public Uni<List<Group>> groups(int first, int max, boolean brief) {
            return children("", first, max, brief);
        }

        @Override
        public Uni<List<Group>> children(String id, int first, int max, boolean brief) {
            return page(children.get(id).stream().map(this::group).toList(), first, max);
        }

        @Override
        public Uni<List<Role>> roles(int first, int max, boolean brief) {
            return page(roles.stream().map(this::listed).toList(), first, max);
        }

        @Override
        public Uni<List<Role>> composites(String id) {
            return Uni.createFrom()
                    .item(
                            parts.getOrDefault(id.replace(':', '/'), List.of()).stream()
                                    .map(part ->
                                            clients.keySet().stream()
                                                    .flatMap(each -> rolesOf(each).stream())
                                                    .filter(each ->
                                                            each.id()
                                                                    .replace(':', '/')
                                                                    .equals(part))
                                                    .findFirst()
                                                    .orElseGet(() -> listed(part)))
                                    .toList());
        }

        @Override
        public Uni<List<Client>> clients(int first, int max) {
            return page(
                    clients.keySet().stream()
                            .map(each ->
                                    new Client(
                                            each,
                                            each,
                                            owners.containsKey(each + "/")
                                                    ? Map.of("owner", owners.get(each + "/"))
                                                    : null))
                            .toList(),
                    first,
                    max);
        }

        @Override
        public Uni<List<Role>> clientRoles(String client, int first, int max, boolean brief) {
            return page(rolesOf(client), first, max);
        }

        @Override
        public Uni<List<User>> clientHolders(String client, String role, int first, int max) {
            return refused.contains(role)
                    ? Uni.createFrom().failure(new IllegalStateException("answered 400"))
                    : page(users(holders.getOrDefault(client + "/" + role, List.of())), first, max);
        }

        @Override
        public Uni<List<Group>> clientGroupsWith(String client, String role, int first, int max) {
            return groupsWith(client + "/" + role, first, max);
        }

        @Override
        public Uni<List<Role>> clientRolesOfUser(String id, String client) {
            asked.add(id);
            return given(holders, id, client);
        }

        @Override
        public Uni<List<Role>> clientRolesOfGroup(String id, String client) {
            asked.add(id);
            return given(rolesOfGroups, id, client);
        }

        private Uni<List<Role>> given(Map<String, List<String>> to, String id, String client) {
            return Uni.createFrom()
                    .item(
                            rolesOf(client).stream()
                                    .filter(role ->
                                            to.getOrDefault(client + "/" + role.name(), List.of())
                                                    .contains(id))
                                    .toList());
        }

        @Override
        public Uni<List<Group>> groupsWith(String role, int first, int max) {
            return page(
                    rolesOfGroups.getOrDefault(role, List.of()).stream().map(this::group).toList(),
                    first,
                    max);
        }

        @Override
        public Uni<List<User>> members(String id, int first, int max, boolean brief) {
            return page(users(members.getOrDefault(id, List.of())), first, max);
        }

        @Override
        public Uni<List<User>> holders(String role, int first, int max) {
            if (refused.contains(role)) {
                return Uni.createFrom().failure(new IllegalStateException("answered 400"));
            }
            return page(users(holders.getOrDefault(role, List.of())), first, max);
        }

        @Override
        public Uni<List<Credential>> credentials(String id) {
            return Uni.createFrom().item(List.of());
        }

        @Override
        public Uni<List<AdminEvent>> adminEvents(long from, int first, int max) {
            return Uni.createFrom().item(List.of());
        }
    }
}
