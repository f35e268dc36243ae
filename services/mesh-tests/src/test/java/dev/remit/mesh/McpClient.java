package dev.remit.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The official TypeScript client of the Model Context Protocol, in a process of its own. */
final class McpClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Writer questions;
    private final BufferedReader answers;

    McpClient(Path folder, String url, String token) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder("node", "check.mjs")
                        .directory(folder.toFile())
                        .redirectError(folder.resolve("client.log").toFile());
        builder.environment().put("MCP_URL", url);
        builder.environment().put("MCP_TOKEN", token);
        process = builder.start();
        questions = process.outputWriter(StandardCharsets.UTF_8);
        answers =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Installs the client and all that it needs, as {@code package-lock.json} names it; empty, with
     * the reason printed, where it cannot be.
     */
    static Optional<Path> install(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        for (String file : new String[] {"package.json", "package-lock.json", "check.mjs"}) {
            Files.copy(
                    Path.of("src/test/mcp", file),
                    folder.resolve(file),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        try {
            Process npm =
                    new ProcessBuilder(
                                    "npm",
                                    "ci",
                                    "--no-audit",
                                    "--no-fund",
                                    "--ignore-scripts",
                                    "--prefer-offline")
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("npm.log").toFile())
                            .start();
            if (npm.waitFor(180, TimeUnit.SECONDS) && npm.exitValue() == 0) {
                return Optional.of(folder);
            }
            npm.destroyForcibly();
            System.out.println("the TypeScript client was not installed; see " + folder);
        } catch (IOException e) {
            System.out.println("npm is not here: " + e.getMessage());
        }
        return Optional.empty();
    }

    JsonNode ask(String what, String name, Map<String, ?> arguments) throws IOException {
        questions.write(
                JSON.writeValueAsString(Map.of("ask", what, "name", name, "arguments", arguments))
                        + "\n");
        questions.flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the TypeScript client ended; see client.log");
        }
        return JSON.readTree(answer);
    }

    /** What a tool answers. */
    JsonNode call(String tool, Map<String, ?> arguments) throws IOException {
        return ask("call", tool, arguments);
    }

    /** What a tool answers, as the JSON it says. */
    JsonNode said(String tool, Map<String, ?> arguments) throws IOException {
        JsonNode answer = call(tool, arguments);
        if (answer.path("isError").asBoolean() || answer.has("failure")) {
            throw new AssertionError(tool + ": " + answer);
        }
        return JSON.readTree(answer.at("/content/0/text").asText());
    }

    @Override
    public void close() throws IOException {
        questions.close();
        process.destroy();
    }
}
