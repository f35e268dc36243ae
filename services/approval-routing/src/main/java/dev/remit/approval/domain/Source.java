package dev.remit.approval.domain;

import java.util.List;

/** Where a stage finds the people it asks. */
public sealed interface Source {
    /** The manager of the subject; a new one takes over what is open. */
    record Manager() implements Source {}

    /**
     * Who owns it, as the readiness facts say.
     *
     * @param what account, nhi, application, entitlement or resource: who the readiness fact {@code
     *     <what>.owner} names, else who the system names
     */
    record Owner(String what) implements Source {}

    /** The direct members of the group with this path. */
    record Group(String path) implements Source {}

    /** Those who hold this role. */
    record Role(String name) implements Source {}

    /** These accounts. */
    record Named(List<String> ids) implements Source {}

    /** Who is on call. */
    record OnCall(String schedule, Rota rota) implements Source {}

    /**
     * Those who approved this stage of the last change of the same account that was approved under
     * the same charter. Who approved a stage of this change may not approve another one, so that
     * cannot be meant.
     */
    record PreviousApprovers(String stage) implements Source {}

    /** Why someone is asked, in words. */
    default String words() {
        return switch (this) {
            case Manager _ -> "manager of the subject";
            case Owner(String what) -> "owner of the " + what;
            case Group(String path) -> "member of " + path;
            case Role(String name) -> "holds the role " + name;
            case Named _ -> "named by the charter";
            case OnCall(String schedule, Rota _) -> "on call in " + schedule;
            case PreviousApprovers(String stage) ->
                    "approved stage " + stage + " of the last change";
        };
    }
}
