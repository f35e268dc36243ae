package dev.remit.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import dev.remit.handoff.Service;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChartTest {
    private static final Helm CHART = new Helm(Path.of(".").toAbsolutePath().normalize());

    @Test
    void theChartPassesStrictLinting() {
        LintResult lint = CHART.lint().strict().call();
        assertThat(lint.isFailed()).as(String.join("\n", lint.getMessages())).isFalse();
    }

    @Test
    void everyServiceIsDeployedUnprivilegedAndWithItsOwnKey() {
        List<Deployment> deployments = new ArrayList<>();
        for (HasMetadata each : rendered()) {
            if (each instanceof Deployment deployment) {
                deployments.add(deployment);
            }
        }
        assertThat(deployments)
                .extracting(each -> each.getMetadata().getName())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Service.values()).map(each -> "mesh-" + each.id()).toList());
        assertThat(deployments)
                .allSatisfy(each -> {
                    var pod = each.getSpec().getTemplate().getSpec();
                    var container = pod.getContainers().getFirst();
                    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
                    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
                    assertThat(container.getReadinessProbe()).isNotNull();
                    assertThat(container.getEnv())
                            .filteredOn(variable -> variable.getName().equals("REMIT_KEYS_SIGNING"))
                            .singleElement()
                            .satisfies(variable ->
                                    assertThat(variable.getValue())
                                            .endsWith(container.getName() + ".key"));
                    assertThat(container.getAdditionalProperties()).isEmpty();
                    assertThat(pod.getAdditionalProperties()).isEmpty();
                    assertThat(each.getSpec().getAdditionalProperties()).isEmpty();
                });
    }

    @Test
    void theLedgerHasOneWriter() {
        assertThat(rendered())
                .filteredOn(each ->
                        each instanceof Deployment
                                && each.getMetadata().getName().endsWith("evidence-ledger"))
                .singleElement()
                .satisfies(each ->
                        assertThat(((Deployment) each).getSpec().getReplicas()).isEqualTo(1));
    }

    @Test
    void valuesThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> CHART.template().set("replicas", "0").call())
                .hasMessageContaining("replicas");
    }

    @Test
    void theChartShipsTheCharterThatTheDemoUses() throws Exception {
        assertThat(Files.readString(Path.of("charters/leaver-offboarding.yaml")))
                .isEqualTo(
                        Files.readString(
                                Path.of(
                                        "../deploy/src/main/resources/charters/leaver-offboarding.yaml")));
    }

    private static List<HasMetadata> rendered() {
        String yaml = CHART.template().withName("mesh").call();
        List<HasMetadata> all = new ArrayList<>();
        KubernetesSerialization kubernetes = new KubernetesSerialization();
        for (String document : yaml.split("(?m)^---$", -1)) {
            if (document.contains("kind:")) {
                all.add(kubernetes.unmarshal(document));
            }
        }
        return all;
    }
}
