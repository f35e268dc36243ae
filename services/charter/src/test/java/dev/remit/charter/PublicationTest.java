package dev.remit.charter;

import static dev.remit.charter.Publication.Part.OWNER;
import static dev.remit.charter.Publication.Part.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.charter.Publication.Drafter;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PublicationTest {
    private static final Charter BEFORE = charter("changesPerHour: 50", "2");
    private static final Charter HARDER = charter("changesPerHour: 49", "3");
    private static final Charter EASIER = charter("changesPerHour: 51", "3");
    private static final Charter SAME = charter("changesPerHour: 50", "3");

    @Test
    void theOwnerAloneIsEnoughOnlyForWhatIsHarderAndNothingElse() {
        assertThat(of(HARDER, Drafter.SOMEBODY_ELSE).needs()).containsExactly(OWNER);
        assertThat(of(EASIER, Drafter.SOMEBODY_ELSE).needs()).containsExactly(OWNER, SECOND);
        assertThat(of(EASIER, Drafter.SOMEBODY_ELSE).because())
                .singleElement()
                .asString()
                .contains("EASIER", "changesPerHour");
        assertThat(of(SAME, Drafter.SOMEBODY_ELSE).needs()).containsExactly(OWNER, SECOND);
    }

    @Test
    void aFirstVersionAndOneOfWhomNobodyKnowsWhoDraftedItNeedASecondPerson() {
        assertThat(Publication.of(Optional.empty(), HARDER, Drafter.SOMEBODY_ELSE).needs())
                .containsExactly(OWNER, SECOND);
        assertThat(of(HARDER, Drafter.UNKNOWN).needs()).containsExactly(OWNER, SECOND);
    }

    @Test
    void anOwnerWhoDraftsIsNotAskedAndASecondPersonIs() {
        assertThat(of(HARDER, Drafter.OWNER).needs()).containsExactly(SECOND);
        assertThat(of(EASIER, Drafter.OWNER).needs()).containsExactly(SECOND, SECOND);
        assertThat(Publication.of(Optional.empty(), HARDER, Drafter.OWNER).needs())
                .containsExactly(SECOND, SECOND);
    }

    private static Publication of(Charter after, Drafter drafter) {
        return Publication.of(Optional.of(BEFORE), after, drafter);
    }

    private static Charter charter(String limit, String version) {
        return Shipped.read(
                        CharterReaderTest.WHOLE
                                .replace("changesPerHour: 50", limit)
                                .replace("version: \"2\"", "version: \"" + version + "\""))
                .charter();
    }
}
