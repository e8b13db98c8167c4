/**
 * What the suite's client scenarios run: `node client.ts [--through] URL`. Drives a client of SDK v2 as the scenario in
 * MCP_CONFORMANCE_SCENARIO wants it, at the URL itself or through a gateway that it starts in front of it.
 */
import { setDefaultCACertificates } from 'node:tls';
import { parseArgs } from 'node:util';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { errands } from './errands.ts';

/** A client that takes longer, in milliseconds, hangs; its gateway ends with it. */
const TIMEOUT_MS = 25_000;
setTimeout(() => process.exit(1), TIMEOUT_MS).unref();

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { through: { type: 'boolean', default: false } },
});
const upstream = positionals[0] ?? '';
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
const isModern = process.env['MCP_CONFORMANCE_PROTOCOL_VERSION'] === '2026-07-28';
if (!values.through) await drive(upstream, {});
else {
  // Takes a while to load, which a client without a gateway need not wait for.
  const { startThrough } = await import('./through.ts');
  const { url, path, ca, key, stop } = await startThrough(upstream);
  try {
    setDefaultCACertificates([ca]);
    await drive(`${url}${path}`, { authorization: `Bearer ${key}` });
  } finally {
    await stop();
  }
}

async function drive(url: string, headers: Readonly<Record<string, string>>): Promise<void> {
  const errand = errands[scenario];
  if (errand === undefined) throw new Error(`There is no errand for the scenario '${scenario}'.`);
  const client = new Client(
    { name: 'merlon-conformance-client', version: '1.0.0' },
    {
      capabilities: { elicitation: { form: { applyDefaults: true } } },
      versionNegotiation: { mode: isModern ? 'auto' : 'legacy' },
    },
  );
  // The user accepts whatever is asked and leaves every default as it is.
  client.setRequestHandler('elicitation/create', ({ params }) => {
    const asked = 'requestedSchema' in params ? Object.keys(params.requestedSchema.properties) : [];
    return { action: 'accept', content: asked.includes('confirmed') ? { confirmed: true } : {} };
  });
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  await client.connect(transport);
  try {
    await errand(client);
  } finally {
    await client.close();
  }
}
