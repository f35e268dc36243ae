package dev.remit.connector.application;

import dev.remit.connector.domain.Charter;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The charters in force, by name; empty until they were read for the first time. */
@Singleton
public class Charters {
    private volatile Optional<Map<String, Charter>> inForce = Optional.empty();

    /** Whether they were read: until then nothing is triggered. */
    public boolean known() {
        return inForce.isPresent();
    }

    public Optional<Charter> find(String name) {
        return inForce.map(all -> all.get(name));
    }

    public Collection<Charter> all() {
        return inForce.map(Map::values).orElse(List.of());
    }

    /** Of several with one name, the last is in force. */
    void replace(Collection<Charter> charters) {
        Map<String, Charter> byName = new TreeMap<>();
        charters.forEach(charter -> byName.put(charter.name(), charter));
        inForce = Optional.of(byName);
    }
}
