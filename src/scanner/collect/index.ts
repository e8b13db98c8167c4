import type { Collectors } from '../scan.ts';
import { collectClientConfig } from './client-config.ts';
import { collectHost } from './host.ts';
import { collectManifest } from './manifest.ts';
import { collectRepository } from './repository.ts';
import { serverConfigCollector } from './server-config.ts';
import { collectServer } from './server.ts';
import { collectStdio } from './stdio.ts';
import { collectTools } from './tools.ts';
import { readClientFacts } from './read-client.ts';

/** The collectors of every kind of target. */
export const collectors: Collectors = {
  server: collectServer,
  'server-config': serverConfigCollector(readClientFacts),
  'client-config': collectClientConfig,
  manifest: collectManifest,
  tools: collectTools,
  stdio: collectStdio,
  host: collectHost,
  repository: collectRepository,
};
