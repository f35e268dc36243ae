package dev.remit.handoff.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextTest {
    @Test
    void eachPlaceOfAParameterHasANumberOfItsOwn() {
        Text text = Text.of("select ?2, ?1 where a = ?2 and b < ?10");
        assertThat(text.sql()).isEqualTo("select $1, $2 where a = $3 and b < $4");
        assertThat(text.names()).containsExactly("2", "1", "2", "10");
    }

    @Test
    void namesStandForNumbersToo() {
        Text text = Text.of("update t set a = cast(:new as text) where b = :old_1 or c = :new");
        assertThat(text.sql())
                .isEqualTo("update t set a = cast($1 as text) where b = $2 or c = $3");
        assertThat(text.names()).containsExactly("new", "old_1", "new");
    }

    @Test
    void whatIsQuotedAndCastsAreNoParameters() {
        for (String sql :
                List.of(
                        "select ':name ?1', ''':a' || \"b?1\"",
                        "select now()::timestamptz",
                        "select '{}'::jsonb ? 'a'",
                        "select array[1, 2] where a ? b")) {
            assertThat(Text.of(sql).sql()).isEqualTo(sql);
            assertThat(Text.of(sql).names()).isEmpty();
        }
    }

    @Test
    void aDollarInTheTextStays() {
        assertThat(Text.of("select '$1', \\x where a = ?1").sql())
                .isEqualTo("select '$1', \\x where a = $1");
    }
}
