// What a model sees of the front door, through the official TypeScript client. Each line of standard input is a question,
// {"ask": ..., "name": ..., "arguments": ...}; each line of standard output is its answer. URL and token come from the environment.
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const client = new Client({ name: "remit-mcp-check", version: "1" });
await client.connect(
  new StreamableHTTPClientTransport(new URL(process.env.MCP_URL), {
    requestInit: { headers: { Authorization: `Bearer ${process.env.MCP_TOKEN}` } },
  }),
);

const asks = {
  tools: () => client.listTools(),
  resources: () => client.listResources(),
  templates: () => client.listResourceTemplates(),
  prompts: () => client.listPrompts(),
  read: ({ name }) => client.readResource({ uri: name }),
  prompt: ({ name, arguments: given }) => client.getPrompt({ name, arguments: given }),
  call: ({ name, arguments: given }) => client.callTool({ name, arguments: given }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  try {
    console.log(JSON.stringify(await asks[question.ask](question)));
  } catch (failure) {
    console.log(JSON.stringify({ failure: String(failure.message ?? failure), code: failure.code ?? null }));
  }
}
await client.close();
