package dev.remit.ledger.adapter.http;

import dev.remit.ledger.application.AskWitnesses;
import dev.remit.ledger.application.PublishLog;
import dev.remit.ledger.application.SettleCheckpoints;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Says how the log's publication and its witnesses stand. Not ready when publication has stopped
 * for good; a witness that lags is told and stops nothing.
 */
@Readiness
@ApplicationScoped
class LogHealth implements HealthCheck {
    private final PublishLog publish;
    private final SettleCheckpoints settle;
    private final AskWitnesses witnesses;

    LogHealth(PublishLog publish, SettleCheckpoints settle, AskWitnesses witnesses) {
        this.publish = publish;
        this.settle = settle;
        this.witnesses = witnesses;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer =
                HealthCheckResponse.named("log").status(publish.halted().isEmpty());
        publish.halted().ifPresent(why -> answer.withData("halted", why));
        settle.trouble().ifPresent(what -> answer.withData("unsettled", what));
        witnesses
                .standings()
                .forEach((name, standing) -> answer.withData("witness " + name, standing.said()));
        return answer.build();
    }
}
