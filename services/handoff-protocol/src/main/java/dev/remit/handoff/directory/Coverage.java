package dev.remit.handoff.directory;

/**
 * How much a system says of its enabled accounts.
 *
 * @param accounts how many there are
 * @param correlated how many of them carry an HR worker id
 * @param managed how many of those name a manager
 */
public record Coverage(long accounts, long correlated, long managed) {
    /** Of all accounts, those that carry a worker id; from 0 to 1, 0 of none. */
    public double correlatedShare() {
        return accounts == 0 ? 0 : (double) correlated / accounts;
    }

    /** Of the accounts of workers, those that name a manager; from 0 to 1, 0 of none. */
    public double managedShare() {
        return correlated == 0 ? 0 : (double) managed / correlated;
    }
}
