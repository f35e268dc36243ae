package dev.remit.approval.domain;

import java.util.Optional;

/**
 * Someone behind an account. Two accounts of one HR worker are one person, and so is an account
 * that nobody is correlated with and the one who answers for it.
 *
 * @param id the account's immutable id
 * @param worker the HR worker id, if the account is correlated with one; else of who answers for
 *     it, or their account's id if they have none
 */
public record Person(String id, Optional<String> worker) {
    /** What is the same for all accounts of one person. */
    public String key() {
        return worker.map(each -> "worker:" + each).orElse("account:" + id);
    }

    public boolean isSame(Person other) {
        return id.equals(other.id)
                || (worker.isPresent() && worker.equals(other.worker))
                || isKnownAs(other.id)
                || other.isKnownAs(id);
    }

    /** Whether this names them: an account id or a worker id. */
    public boolean isKnownAs(String name) {
        return id.equals(name) || worker.filter(name::equals).isPresent();
    }
}
