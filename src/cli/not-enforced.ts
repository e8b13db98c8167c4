import type { Config } from '../config/load.ts';

/** What the configuration asks for and this version does not do; silence would read as protection. */
export function notEnforced({ security, auth, mcpServers }: Config): string[] {
  const startsPrograms = Object.values(mcpServers).some(({ command, disabled }) => command !== undefined && !disabled);
  const said: string[] = [];
  if (security.sandbox_enabled && security.sandbox_type !== 'none' && startsPrograms) {
    said.push('security.sandbox_enabled: the programs that the gateway starts are not confined yet.');
  }
  if (auth.providers.some((provider) => provider.type === 'oauth2' && provider.client_secret !== undefined)) {
    said.push('auth.providers client_secret: tokens are verified by signature, not by introspection.');
  }
  return said;
}
