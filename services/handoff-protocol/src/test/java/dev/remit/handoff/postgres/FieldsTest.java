package dev.remit.handoff.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.persistence.Column;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FieldsTest {
    static final class Row {
        @Column(name = "change_id")
        UUID change = new UUID(0, 0);

        int sequence;
        @Nullable Instant since = Instant.EPOCH;
        byte[] payload = {};
    }

    @Test
    void columnsGoWhereTheirNamesSay() {
        Row row =
                Fields.of(Row.class, Row::new, "sequence, change_id,\n since, payload")
                        .apply(new Object[] {7, new UUID(1, 2), null, new byte[] {3}});
        assertThat(row.change).isEqualTo(new UUID(1, 2));
        assertThat(row.sequence).isEqualTo(7);
        assertThat(row.since).isNull();
        assertThat(row.payload).containsExactly(3);
    }

    @Test
    void aColumnWithoutAFieldIsNamed() {
        assertThatThrownBy(() -> Fields.of(Row.class, Row::new, "sequence, state"))
                .hasMessage("Row has no field for column state");
    }

    @Test
    void whatDoesNotFitItsFieldIsNamed() {
        Fields<Row> fields = Fields.of(Row.class, Row::new, "sequence");
        assertThatThrownBy(() -> fields.apply(new Object[] {"seven"}))
                .hasMessageContaining("sequence");
        assertThatThrownBy(() -> fields.apply(new Object[] {null}))
                .hasMessageContaining("sequence");
    }
}
