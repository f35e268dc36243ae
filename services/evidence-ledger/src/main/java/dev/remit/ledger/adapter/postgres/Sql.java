package dev.remit.ledger.adapter.postgres;

import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;

/**
 * Statements of the log, with named parameters: in the transaction that the caller is in, each in
 * one of its own outside of any. The log's adapters stand on this alone, so that fault tests can
 * run them in a small process that dies quickly.
 */
public interface Sql {
    /**
     * Runs a query.
     *
     * @param row a mapped class, the class of the only column, or {@code Object[]}
     */
    <T> Uni<List<T>> rows(String sql, Class<T> row, Map<String, Object> parameters);

    /** Runs a statement; gives the number of rows it changed. */
    Uni<Integer> update(String sql, Map<String, Object> parameters);

    /** Runs a query that gives one row. */
    default <T> Uni<T> row(String sql, Class<T> row, Map<String, Object> parameters) {
        return rows(sql, row, parameters).map(List::getFirst);
    }
}
