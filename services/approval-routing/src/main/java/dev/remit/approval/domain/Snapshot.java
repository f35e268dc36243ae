package dev.remit.approval.domain;

import dev.remit.handoff.directory.Account;
import java.util.List;

/**
 * Someone as they were at a time: so much of the directory that a record can be read without it.
 *
 * @param label the name, to be read; never identifies
 * @param units the groups, by path
 */
public record Snapshot(String label, List<String> roles, List<String> units) {
    static Snapshot of(Account account) {
        return new Snapshot(
                account.label(),
                account.roles(),
                account.groups().stream().map(Account.Group::path).toList());
    }
}
