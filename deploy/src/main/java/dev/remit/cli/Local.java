package dev.remit.cli;

import dev.remit.stack.Home;
import dev.remit.stack.Stack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The commands for the local mesh. */
final class Local {
    private Local() {}

    @Command(
            name = "up",
            mixinStandardHelpOptions = true,
            description = "Starts the local mesh, or what of it does not run.",
            footer = {"", "Needs: what ./remit doctor checks."})
    static final class Up implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Override
        public Integer call() throws Exception {
            start(remit.stack());
            System.out.println("All of it answers. Next: ./remit demo, or ./remit status");
            System.out.println(
                    "Approvers decide at http://localhost:"
                            + remit.home().port("approval-routing")
                            + "/, for example as sales.manager; the password is in "
                            + remit.home().data().resolve("secrets.properties")
                            + " (people)");
            return 0;
        }
    }

    /** Starts everything, telling each part as it answers. */
    static void start(Stack stack) throws Exception {
        long start = System.nanoTime();
        System.out.println(
                "Starting PostgreSQL, Kafka, Apicurio Registry, Keycloak, two witnesses and the five services (the first time also unpacks them) ...");
        stack.up((name, took, adopted) -> {
            Duration sofar = Duration.ofNanos(System.nanoTime() - start);
            System.out.printf(
                    "  %-17s %s %6.1f s%n",
                    name,
                    adopted ? "runs already   " : "answers        ",
                    sofar.toMillis() / 1000.0);
        });
    }

    @Command(
            name = "warm",
            mixinStandardHelpOptions = true,
            description =
                    "Makes later starts quicker: runs each service once and keeps what it loads, until the next build.",
            footer = {"", "Needs: what ./remit doctor checks."})
    static final class Warm implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Override
        public Integer call() throws Exception {
            System.out.println("Starting each service once, to keep what it loads ...");
            remit.stack()
                    .warm((name, took, adopted) ->
                            System.out.printf(
                                    "  %-17s done            %6.1f s%n",
                                    name, took.toMillis() / 1000.0));
            System.out.println(
                    "Done. The mesh runs. To see the difference: ./remit down && ./remit up");
            return 0;
        }
    }

    @Command(
            name = "down",
            mixinStandardHelpOptions = true,
            description = "Stops the local mesh. Nothing is lost.",
            footer = {"", "Needs: nothing."})
    static final class Down implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Override
        public Integer call() throws Exception {
            System.out.println("Stopping the services, then what they stand on ...");
            remit.stack().down();
            System.out.println("Stopped. The data stays in " + remit.home().data());
            return 0;
        }
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Says what runs, whether it answers, and its memory.",
            footer = {"", "Needs: nothing. Exit 0 when every part is ready, 1 otherwise."})
    static final class Status implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Override
        public Integer call() throws Exception {
            List<Stack.State> states = remit.stack().status();
            System.out.printf("%-17s %-14s %8s %9s%n", "part", "state", "pid", "memory");
            for (Stack.State state : states) {
                String word =
                        state.ready() ? "ready" : state.pid().isPresent() ? "NOT READY" : "stopped";
                System.out.printf(
                        "%-17s %-14s %8s %6d MB%n",
                        state.name(),
                        word,
                        state.pid().map(String::valueOf).orElse("-"),
                        state.memoryKilobytes() / 1024);
            }
            long total = states.stream().mapToLong(Stack.State::memoryKilobytes).sum();
            System.out.printf("%-17s %-14s %8s %6d MB%n", "all", "", "", total / 1024);
            return states.stream().allMatch(Stack.State::ready) ? 0 : 1;
        }
    }

    @Command(
            name = "logs",
            mixinStandardHelpOptions = true,
            description = "Shows the end of the logs.",
            footer = {"", "Needs: a mesh that was started before."})
    static final class Logs implements Callable<Integer> {
        @ParentCommand Remit remit;

        @Spec CommandSpec spec;

        @Parameters(
                arity = "0..1",
                paramLabel = "PART",
                description = "One part, for example executor; all of them without.")
        @Nullable String part;

        @Option(
                names = "-n",
                defaultValue = "20",
                description = "How many lines of each (default: ${DEFAULT-VALUE}).")
        int lines;

        @Override
        public Integer call() throws Exception {
            Home home = remit.home();
            List<Stack.State> states = remit.stack().status();
            if (part != null && states.stream().noneMatch(each -> each.name().equals(part))) {
                throw new ParameterException(
                        spec.commandLine(),
                        "no part is named "
                                + part
                                + "; there are "
                                + states.stream()
                                        .map(Stack.State::name)
                                        .collect(Collectors.joining(", ")));
            }
            boolean any = false;
            for (Stack.State state : states) {
                if ((part == null || part.equals(state.name())) && Files.exists(state.log())) {
                    any = true;
                    System.out.println(
                            "== " + state.name() + "  " + home.data().relativize(state.log()));
                    tail(state.log(), lines);
                }
            }
            if (!any) {
                System.out.println("no logs yet in " + home.logs());
            }
            return 0;
        }

        private static void tail(Path log, int lines) throws Exception {
            try (Stream<String> all = Files.lines(log)) {
                List<String> list = all.toList();
                list.subList(Math.max(0, list.size() - lines), list.size())
                        .forEach(System.out::println);
            }
        }
    }
}
