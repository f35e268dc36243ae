package dev.remit.cli;

import dev.remit.handoff.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Checks what the local mesh needs, and says what to do.",
        footer = {"", "Needs: nothing. Exit 0 when all is well, 1 otherwise."})
final class Doctor implements Callable<Integer> {
    @ParentCommand Remit remit;
    private boolean well = true;

    @Override
    public Integer call() throws Exception {
        Path top = Remit.top();
        say(
                "JDK 25",
                Runtime.version().feature() >= 25,
                "runs on " + Runtime.version(),
                "install a JDK 25 and set JAVA_HOME");
        say(
                "Linux",
                System.getProperty("os.name").equals("Linux"),
                System.getProperty("os.arch"),
                "the embedded default runs on Linux; elsewhere use deploy/compose.yaml");
        say("setsid", runs("setsid", "true"), "found", "install util-linux");
        boolean root = System.getProperty("user.name").equals("root");
        say(
                "user namespaces",
                !root || runs("unshare", "-U", "true"),
                root ? "PostgreSQL will run outside root's rights" : "not needed, not root",
                "run as an ordinary user: PostgreSQL refuses root");
        long free = Files.getFileStore(top).getUsableSpace() >> 20;
        say("disk", free > 3000, free + " MB free", "free at least 3000 MB");
        for (Service service : Service.values()) {
            say(
                    service.id(),
                    Files.exists(
                            top.resolve(
                                    "services/"
                                            + service.id()
                                            + "/target/quarkus-app/quarkus-run.jar")),
                    "built",
                    "run: ./remit build");
        }
        say("ports", true, remit.home().ports().toString(), "");
        return well ? 0 : 1;
    }

    private void say(String what, boolean good, String found, String advice) {
        well &= good;
        System.out.printf("%-4s %-17s %s%n", good ? "ok" : "FIX", what, good ? found : advice);
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
