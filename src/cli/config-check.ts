import type { ConfigErrors, ConfigWarning, Loaded } from '../config/load.ts';
import type { Place } from '../kernel/errors.ts';

/** What the check needs of the process around it. */
export interface CheckIo {
  /** Writes one line. */
  readonly print: (line: string) => void;
  /** The environment that `${env:NAME}` reads. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Accepts a bind to other machines without TLS or without authentication; default false. */
  readonly allowUnsafeBind?: boolean;
}

/** Most problems that are printed; a file with more is another kind of file. */
const MAX_PROBLEMS = 50;

/** `merlon config check`: reads the file as `merlon serve` would and says what is wrong with it. Returns the exit code. */
export async function checkConfig(path: string, { print, ...options }: CheckIo): Promise<number> {
  // Imported here: zod and yaml would slow down every other command.
  const { ConfigErrors, loadConfig } = await import('../config/load.ts');
  try {
    const loaded = await loadConfig(path, options);
    for (const line of [...warningLines(loaded.warnings), ...switchedOffLines(loaded)]) print(line);
    print(summary(path, loaded));
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigErrors)) throw error;
    for (const line of [...problemLines(error), ...warningLines(error.warnings)]) print(line);
    return error.exit;
  }
}

/** The problems of a configuration for people: `file:line:column CODE sentence`, and below it what to do. */
export function problemLines({ problems }: ConfigErrors): string[] {
  const shown = problems
    .slice(0, MAX_PROBLEMS)
    .flatMap(({ place, code, message, todo }) => [`${where(place)}${code} ${message}`, `  ${todo}`]);
  return problems.length > MAX_PROBLEMS ? [...shown, `… and ${problems.length - MAX_PROBLEMS} more problems.`] : shown;
}

/** The warnings for people: `file:line:column warning: sentence (kind)`, and below it what to do. */
export function warningLines(warnings: readonly ConfigWarning[]): string[] {
  return warnings.flatMap(({ place, kind, message, todo }) => [
    `${where(place)}warning: ${message} (${kind})`,
    `  ${todo}`,
  ]);
}

/** What is switched off, for people. */
export function switchedOffLines({ switchedOff }: Pick<Loaded, 'switchedOff'>): string[] {
  return switchedOff.map(({ key, sentence }) => `switched off: ${key}. ${sentence}`);
}

function where(place: Place | undefined): string {
  return place === undefined ? '' : `${place.file}:${place.line}:${place.column} `;
}

function summary(path: string, { config, warnings, switchedOff }: Loaded): string {
  const { server, permissions, mcpServers } = config;
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  const address = `${server.secure ? 'https' : 'http'}://${host}:${server.port}`;
  const upstreams = Object.values(mcpServers).filter(({ disabled }) => !disabled).length;
  return [
    `${path} is usable: ${address}, ${count(upstreams, 'upstream')}, ${count(permissions.roles.length, 'role')},`,
    `${count(warnings.length, 'warning')}, ${count(switchedOff.length, 'protection')} switched off.`,
  ].join(' ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
