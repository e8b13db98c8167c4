import type { Collectors } from '../scan.ts';
import { collectClientConfig } from './client/client-config.ts';
import { collectHost } from './host/host.ts';
import { collectManifest } from './manifest/manifest.ts';
import { collectRepository } from './repository/repository.ts';
import { serverConfigCollector } from './config/server-config.ts';
import { collectServer } from './server/server.ts';
import { collectStdio } from './stdio/stdio.ts';
import { collectTools } from './tools/tools.ts';
import { readClientFacts } from './client/read-client.ts';

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
