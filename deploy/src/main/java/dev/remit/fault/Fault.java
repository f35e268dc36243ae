package dev.remit.fault;

import dev.remit.handoff.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** One thing that goes wrong. */
sealed interface Fault {
    /** A process ends at once, as by {@code kill -9}. */
    record Kill(String part) implements Fault {}

    /** A service ends itself at this point of its next transaction that touches a change. */
    record StopPoint(Service service, String point) implements Fault {}

    /** Every connection over a link breaks; new ones go through. */
    record Drop(String link) implements Fault {}

    /** A link is broken for some time. */
    record Cut(String link, long millis) implements Fault {}

    /** Whatever passes a link is held back for some time. */
    record Slow(String link, long delayMillis, long millis) implements Fault {}

    /** Messages that were delivered long ago are delivered once more, in another order. */
    record Redeliver(int messages) implements Fault {}

    /**
     * The same faults for the same seed.
     *
     * @param links the names of the links
     */
    static List<Fault> plan(Random random, int size, List<String> links) {
        List<Fault> faults = new ArrayList<>();
        List<Service> services = List.of(Service.values());
        for (int n = 0; n < size; n++) {
            Service service = services.get(random.nextInt(services.size()));
            String link = links.get(random.nextInt(links.size()));
            int dice = random.nextInt(100);
            if (dice < 30) {
                faults.add(new Kill(service.id()));
            } else if (dice < 45) {
                faults.add(new StopPoint(service, point(random, service)));
            } else if (dice < 50) {
                faults.add(new Kill("kafka"));
            } else if (dice < 55) {
                faults.add(new Kill("postgres"));
            } else if (dice < 58) {
                faults.add(new Kill("registry"));
            } else if (dice < 70) {
                faults.add(new Drop(link));
            } else if (dice < 80) {
                faults.add(new Cut(link, 500 + random.nextInt(3500)));
            } else if (dice < 90) {
                faults.add(new Slow(link, 20 + random.nextInt(400), 1000 + random.nextInt(4000)));
            } else {
                faults.add(new Redeliver(10 + random.nextInt(40)));
            }
        }
        return faults;
    }

    private static String point(Random random, Service service) {
        List<String> points = new ArrayList<>(List.of("BEFORE_COMMIT", "AFTER_COMMIT"));
        points.add("AFTER_PUBLISH");
        if (service == Service.EXECUTOR) {
            points.addAll(List.of("INTENT", "CALL", "REPORT"));
        }
        return points.get(random.nextInt(points.size()));
    }
}
