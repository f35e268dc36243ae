package dev.remit.ledger.audit;

import dev.remit.ledger.log.Shard;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the ledger's database says about the log. */
public interface Database {
    /**
     * A checkpoint as it was signed, and as it was settled.
     *
     * @param timestamp a token over the settled note
     */
    record Kept(long size, String signed, Optional<String> settled, Optional<byte[]> timestamp) {}

    /** Told of leaves, in order. */
    interface Leaves {
        void leaf(long index, byte[] leaf);
    }

    /**
     * Every leaf from a place on, in order.
     *
     * @param to before this one
     */
    void leaves(long from, long to, Leaves told) throws SQLException;

    /** Every checkpoint, smallest first; sizes are counted over all shards. */
    List<Kept> checkpoints() throws SQLException;

    /** The number of entries it says to hold. */
    long size() throws SQLException;

    /** The log's shards, oldest first. */
    List<Shard> shards() throws SQLException;

    /** PostgreSQL, read in one transaction: what is written meanwhile is not seen. */
    static Database of(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        return new Database() {
            @Override
            public void leaves(long from, long to, Leaves told) throws SQLException {
                try (PreparedStatement statement =
                        connection.prepareStatement(
                                "select leaf_index, leaf from message where leaf_index >= ?"
                                        + " and leaf_index < ? order by leaf_index")) {
                    statement.setFetchSize(2_000);
                    statement.setLong(1, from);
                    statement.setLong(2, to);
                    try (ResultSet rows = statement.executeQuery()) {
                        while (rows.next()) {
                            told.leaf(rows.getLong(1), rows.getBytes(2));
                        }
                    }
                }
            }

            @Override
            public List<Kept> checkpoints() throws SQLException {
                List<Kept> all = new ArrayList<>();
                try (Statement statement = connection.createStatement();
                        ResultSet rows =
                                statement.executeQuery(
                                        "select size, note, settled_note, timestamp_token"
                                                + " from checkpoint order by size")) {
                    while (rows.next()) {
                        all.add(
                                new Kept(
                                        rows.getLong(1),
                                        rows.getString(2),
                                        Optional.ofNullable(rows.getString(3)),
                                        Optional.ofNullable(rows.getBytes(4))));
                    }
                }
                return all;
            }

            @Override
            public List<Shard> shards() throws SQLException {
                List<Shard> all = new ArrayList<>();
                try (Statement statement = connection.createStatement();
                        ResultSet rows =
                                statement.executeQuery(
                                        "select period, first from log_shard order by first")) {
                    while (rows.next()) {
                        all.add(new Shard(rows.getString(1), rows.getLong(2)));
                    }
                }
                return all;
            }

            @Override
            public long size() throws SQLException {
                try (Statement statement = connection.createStatement();
                        ResultSet rows =
                                statement.executeQuery("select size from log_state where id = 1")) {
                    rows.next();
                    return rows.getLong(1);
                }
            }
        };
    }
}
