package dev.remit.stack;

import dev.remit.ledger.log.NoteSigner;
import dev.remit.ledger.witness.WitnessFolder;
import dev.remit.ledger.witness.WitnessServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The keys of witnesses that are run by whoever runs the log, made before they start. */
public final class WitnessKeys {
    private WitnessKeys() {}

    /**
     * The lines of a trust policy (C2SP tlog-policy) by which so many of these witnesses must
     * cosign; makes their keys, a folder each, where they are missing.
     *
     * @param witnesses where each is asked, by its name; in their order
     * @param quorum how many must
     * @throws IllegalArgumentException if there are not so many
     */
    public static String policy(Path folder, Map<String, String> witnesses, int quorum)
            throws IOException {
        if (quorum < 1 || quorum > witnesses.size()) {
            throw new IllegalArgumentException(
                    "--quorum: " + quorum + " of " + witnesses.size() + " witnesses");
        }
        StringBuilder policy = new StringBuilder();
        List<String> members = new ArrayList<>();
        for (Map.Entry<String, String> witness : witnesses.entrySet()) {
            String name = witness.getKey();
            NoteSigner signer =
                    new WitnessFolder(WitnessServer.folder(folder, name)).signers(name).getFirst();
            String member = WitnessServer.segment(name);
            members.add(member);
            policy.append(
                    "witness %s %s %s\n".formatted(member, signer.verifier(), witness.getValue()));
        }
        return policy.append(
                        "group witnesses %s %s\nquorum witnesses\n"
                                .formatted(
                                        quorum == members.size() ? "all" : quorum,
                                        String.join(" ", members)))
                .toString();
    }
}
