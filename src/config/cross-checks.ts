import { isLoopbackHost } from '../kernel/loopback.ts';
import type { MerlonError } from '../kernel/errors.ts';
import { type ConfigWarning, problem } from './problems.ts';
import { showName, showPath } from './name.ts';
import { find, findScalar, type Path, placeOf, type Tree } from './tree.ts';

/** What the checks across sections found. */
export interface Crossed {
  readonly problems: readonly MerlonError[];
  readonly warnings: readonly ConfigWarning[];
}

/** What the checks depend on besides the file. */
export interface CrossOptions {
  readonly allowUnsafeBind: boolean;
  readonly listens: boolean;
}

/**
 * The checks that need more than one key. They read what is written, key by key with its default, instead of the parsed
 * configuration: so they run, and are reported, even when other keys are wrong.
 */
export function crossCheck(tree: Tree, { allowUnsafeBind, listens }: CrossOptions): Crossed {
  const bind = listens ? checkBind(tree, allowUnsafeBind) : NOTHING;
  const tls = listens ? checkTlsFiles(tree) : [];
  return {
    problems: [...tls, ...bind.problems, ...checkRoles(tree), ...checkTaskTypes(tree), ...checkProviders(tree)],
    warnings: [...bind.warnings, ...checkAudiences(tree), ...checkUpstreams(tree)],
  };
}

const NOTHING: Crossed = { problems: [], warnings: [] };

const isOff = (tree: Tree, path: Path): boolean => findScalar(tree, path) === false;

function isSet(tree: Tree, path: Path): boolean {
  const node = find(tree, path);
  return node !== undefined && (node.kind !== 'scalar' || node.value !== null || node.missing === true);
}

function checkTlsFiles(tree: Tree): MerlonError[] {
  const secure = find(tree, ['server', 'secure']);
  const server = find(tree, ['server']);
  // What is no switch, or no section, is reported by the schema.
  if (secure !== undefined && findScalar(tree, ['server', 'secure']) !== true) return [];
  if (server !== undefined && server.kind !== 'map' && isSet(tree, ['server'])) return [];
  const missing = ['tls_cert', 'tls_key'].filter((key) => !isSet(tree, ['server', key]));
  if (missing.length === 0) return [];
  const names = missing.map((key) => `server.${key}`).join(' and ');
  const todo =
    'Point both at a PEM file; `npm start` makes a development certificate. Without TLS: server.secure: false.';
  const message = `server.secure needs ${names}.`;
  return [problem('CONFIG_INVALID', placeOf(tree, ['server', 'secure']), message, { todo })];
}

function checkBind(tree: Tree, allowUnsafeBind: boolean): Crossed {
  const host = findScalar(tree, ['server', 'host']);
  if (typeof host !== 'string' || isLoopbackHost(host)) return NOTHING;
  const off = [['server', 'secure'] as const, ['auth', 'required'] as const].filter((path) => isOff(tree, path));
  if (off.length === 0) return NOTHING;
  const place = placeOf(tree, ['server', 'host']);
  const message = `server.host is reachable from other machines while ${off.map(showPath).join(' and ')} is false.`;
  if (!allowUnsafeBind) return { problems: [problem('CONFIG_UNSAFE', place, message)], warnings: [] };
  const todo = 'Turn both on, or listen on 127.0.0.1.';
  return { problems: [], warnings: [{ kind: 'unsafe-bind', place, message, todo }] };
}

function checkRoles(tree: Tree): MerlonError[] {
  const names = roleNames(tree);
  const paths: Path[] = providers(tree).map((_, index) => ['auth', 'providers', index, 'default_role']);
  const unknown = [...paths, ['auth', 'anonymous_role']].filter((path) => {
    const role = findScalar(tree, path);
    return typeof role === 'string' && !names.includes(role);
  });
  const known = names.map((name) => showName(name) ?? '?').join(', ');
  const problems = unknown.map((path) =>
    problem('CONFIG_INVALID', placeOf(tree, path), `${showPath(path)} names no role.`, {
      todo: `Name one of: ${known}; or add the role to permissions.roles.`,
    }),
  );
  const usesGuest = isOff(tree, ['auth', 'required']) && !isSet(tree, ['auth', 'anonymous_role']);
  if (!usesGuest || names.includes('guest')) return problems;
  const message = 'auth.required is false, but there is no role guest for callers without a credential.';
  const todo = `Set auth.anonymous_role to one of: ${known}.`;
  return [...problems, problem('CONFIG_INVALID', placeOf(tree, ['auth', 'required']), message, { todo })];
}

/** A role works under a default type that it may open; a type is for roles that there are. */
function checkTaskTypes(tree: Tree): MerlonError[] {
  const names = roleNames(tree);
  const types = itemsOf(tree, ['permissions', 'tasks', 'types']).map((type) => ({
    name: findScalar(type, ['name']),
    roles: itemsOf(type, ['roles']).map((role) => findScalar(role, [])),
  }));
  const unknownRoles = types.flatMap(({ roles }, index) =>
    roles.flatMap((role, at) =>
      typeof role === 'string' && !names.includes(role) ? [['permissions', 'tasks', 'types', index, 'roles', at]] : [],
    ),
  );
  const todo = `Name one of: ${names.map((name) => showName(name) ?? '?').join(', ')}; or add the role to permissions.roles.`;
  const defaults = itemsOf(tree, ['permissions', 'roles']).flatMap((role, index): MerlonError[] => {
    const wanted = findScalar(role, ['default_task']);
    if (typeof wanted !== 'string') return [];
    const type = types.find(({ name }) => name === wanted);
    if (type?.roles.includes(findScalar(role, ['name'])) === true) return [];
    const path = ['permissions', 'roles', index, 'default_task'];
    return [
      type === undefined
        ? problem('CONFIG_INVALID', placeOf(tree, path), `${showPath(path)} names no task type.`, {
            todo: 'Name one of permissions.tasks.types, or add it there.',
          })
        : problem(
            'CONFIG_INVALID',
            placeOf(tree, path),
            `${showPath(path)} names a task type that is not for this role.`,
            {
              todo: 'Add the role to `roles` of the task type.',
            },
          ),
    ];
  });
  const roles = unknownRoles.map((path) =>
    problem('CONFIG_INVALID', placeOf(tree, path), `${showPath(path)} names no role.`, { todo }),
  );
  return [...roles, ...defaults];
}

function itemsOf(tree: Tree, path: Path): readonly Tree[] {
  const list = find(tree, path);
  return list?.kind === 'list' ? list.items : [];
}

function roleNames(tree: Tree): string[] {
  const roles = find(tree, ['permissions', 'roles']);
  if (roles?.kind !== 'list') return ['admin', 'user', 'guest'];
  const names = roles.items.map((role) => findScalar(role, ['name']));
  return names.filter((name) => typeof name === 'string');
}

function providers(tree: Tree): readonly Tree[] {
  return itemsOf(tree, ['auth', 'providers']);
}

function checkProviders(tree: Tree): MerlonError[] {
  const path = ['auth', 'providers'];
  if (find(tree, path)?.kind !== 'list' || providers(tree).length > 0 || isOff(tree, ['auth', 'required'])) return [];
  const todo = 'Add one, such as `- type: api_key`.';
  return [problem('CONFIG_INVALID', placeOf(tree, path), 'auth.providers is empty, so nobody could call.', { todo })];
}

/** An issuer whose keys are fetched signs for others too (MCP 2026-07-28, "Token Handling"; AUTHZ-41). */
function checkAudiences(tree: Tree): ConfigWarning[] {
  return providers(tree).flatMap((provider, index) => {
    const isShared = findScalar(provider, ['type']) === 'jwt' && isSet(provider, ['jwks_url']);
    if (!isShared || isSet(provider, ['audience'])) return [];
    const path = ['auth', 'providers', index, 'jwks_url'];
    const message = 'Tokens that this issuer made for other services are accepted too.';
    const todo = 'Set `audience` to what tokens for this gateway carry.';
    return [{ kind: 'any-audience', place: placeOf(tree, path), message, todo } as const];
  });
}

function checkUpstreams(tree: Tree): ConfigWarning[] {
  const servers = find(tree, ['mcpServers']);
  if (servers?.kind !== 'map') return [];
  return [...servers.entries.keys()].flatMap((name) => {
    const path = ['mcpServers', name, 'url'];
    const url = findScalar(tree, path);
    if (typeof url !== 'string' || !isPlainHttpElsewhere(url)) return [];
    const message = `${showPath(path)} sends calls and credentials to another machine unencrypted.`;
    return [{ kind: 'plain-http-upstream', place: placeOf(tree, path), message, todo: 'Use https://.' } as const];
  });
}

function isPlainHttpElsewhere(text: string): boolean {
  const url = URL.parse(text.replaceAll('${port}', '1'));
  return url !== null && url.protocol === 'http:' && !isLoopbackHost(url.hostname);
}
