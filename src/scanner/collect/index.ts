import type { Collectors } from '../scan.ts';

/** The collectors of every kind of target. Each is loaded when its kind is named: files of clients need no TLS, and no host. */
export const collectors: Collectors = {
  server: async (...about) => (await import('./server/server.ts')).collectServer(...about),
  'server-config': async (...about) => {
    const [{ serverConfigCollector }, { readClientFacts }] = await Promise.all([
      import('./config/server-config.ts'),
      import('./client/read-client.ts'),
    ]);
    return serverConfigCollector(readClientFacts)(...about);
  },
  'client-config': async (...about) => (await import('./client/client-config.ts')).collectClientConfig(...about),
  manifest: async (...about) => (await import('./manifest/manifest.ts')).collectManifest(...about),
  tools: async (...about) => (await import('./tools/tools.ts')).collectTools(...about),
  stdio: async (...about) => (await import('./stdio/stdio.ts')).collectStdio(...about),
  host: async (...about) => (await import('./host/host.ts')).collectHost(...about),
  repository: async (...about) => (await import('./repository/repository.ts')).collectRepository(...about),
};
