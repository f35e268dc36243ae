package dev.remit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** {@code README.md}, as far as it speaks of the command line. */
class ReadmeTest {
    @Test
    void itNamesEveryCommand() throws Exception {
        String readme = Files.readString(Path.of("../README.md"));
        for (String command : new CommandLine(new Remit()).getSubcommands().keySet()) {
            if (!command.equals("help")) {
                assertThat(readme).as(command).containsPattern("(`|remit )" + command + "\\b");
            }
        }
    }
}
