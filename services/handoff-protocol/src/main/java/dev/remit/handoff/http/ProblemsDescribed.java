package dev.remit.handoff.http;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;

/**
 * Says in each service's description that whatever is refused is answered as problem details (RFC
 * 9457), with a code: {@link ProblemMapper} does so for all of them.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class ProblemsDescribed implements OASFilter {
    private static final String NAME = "Problem";

    @Override
    public void filterOpenAPI(OpenAPI api) {
        Components components = api.getComponents();
        if (components == null) {
            components = OASFactory.createComponents();
            api.setComponents(components);
        }
        components.addSchema(NAME, problem());
        if (api.getPaths() != null) {
            api.getPaths().getPathItems().values().stream()
                    .flatMap(path -> path.getOperations().values().stream())
                    .forEach(ProblemsDescribed::describe);
        }
    }

    private static void describe(Operation operation) {
        APIResponses responses = operation.getResponses();
        if (responses == null) {
            responses = OASFactory.createAPIResponses();
            operation.setResponses(responses);
        }
        responses
                .getAPIResponses()
                .forEach((status, response) -> {
                    if (status.matches("[45]..")
                            && (response.getContent() == null
                                    || response.getContent().getMediaTypes() == null
                                    || response.getContent().getMediaTypes().isEmpty())) {
                        response.setContent(content());
                    }
                });
        responses.addAPIResponse(
                "default",
                OASFactory.createAPIResponse()
                        .description("A problem; its code names the rule")
                        .content(content()));
    }

    private static Content content() {
        return OASFactory.createContent()
                .addMediaType(
                        "application/problem+json",
                        OASFactory.createMediaType()
                                .schema(
                                        OASFactory.createSchema()
                                                .ref("#/components/schemas/" + NAME)));
    }

    private static Schema problem() {
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.OBJECT)
                .description("Problem details (RFC 9457)")
                .addProperty("type", text("What kind, where a specification names it"))
                .addProperty("title", text("The code in words"))
                .addProperty(
                        "status",
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.INTEGER)
                                .description("The HTTP status"))
                .addProperty("code", text("The rule that refuses, in capitals"))
                .addProperty("detail", text("In plain words"))
                .addProperty("field", text("The member at fault, if a single one is"))
                .addRequired("status")
                .addRequired("code");
    }

    private static Schema text(String description) {
        return OASFactory.createSchema().addType(Schema.SchemaType.STRING).description(description);
    }
}
