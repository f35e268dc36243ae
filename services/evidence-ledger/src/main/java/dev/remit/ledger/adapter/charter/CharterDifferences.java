package dev.remit.ledger.adapter.charter;

import dev.remit.charter.CharterReader;
import dev.remit.charter.Publication;
import dev.remit.ledger.domain.Tightening;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Compares whole charters; what does not read is not harder. */
@Singleton
public class CharterDifferences implements Tightening {
    @Override
    public boolean isHarderOnly(String before, String after) {
        try {
            return Publication.loosens(
                            Optional.of(CharterReader.published(before)),
                            CharterReader.published(after))
                    .isEmpty();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
