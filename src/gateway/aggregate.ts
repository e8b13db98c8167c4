import { MerlonError } from '../kernel/errors.ts';
import { isObject, type Json, type JsonObject, type Request } from '../kernel/jsonrpc.ts';
import { META, STATELESS_VERSIONS } from './era.ts';

/**
 * Names on the aggregated endpoint `/mcp`. Tools and prompts are `UPSTREAM__name`: the two underscores pass every
 * model vendor's rule for tool names. Resource URIs get the upstream before their scheme, `files+file:///a`, which is
 * a valid URI again (RFC 3986, 3.1); a scheme has no underscore, so one in the upstream's name becomes a dot.
 */
export function prefixName(upstream: string, name: string): string {
  return `${upstream}__${name}`;
}

/** @returns the upstream and its own name, or undefined when no upstream of `upstreams` is meant */
export function splitName(
  name: string,
  upstreams: ReadonlySet<string>,
): { upstream: string; name: string } | undefined {
  const at = name.indexOf('__');
  const upstream = name.slice(0, at);
  return at > 0 && upstreams.has(upstream) ? { upstream, name: name.slice(at + 2) } : undefined;
}

export function prefixUri(upstream: string, uri: string): string {
  return `${upstream.replaceAll('_', '.')}+${uri}`;
}

export function splitUri(uri: string, upstreams: ReadonlySet<string>): { upstream: string; uri: string } | undefined {
  const at = uri.indexOf('+');
  const scheme = uri.slice(0, at).toLowerCase();
  if (at <= 0) return undefined;
  for (const upstream of upstreams) {
    if (upstream.replaceAll('_', '.').toLowerCase() === scheme) return { upstream, uri: uri.slice(at + 1) };
  }
  return undefined;
}

/** Where a request on the aggregated endpoint goes, and how the upstream sees it. */
export interface Routed {
  readonly upstream: string;
  readonly request: Request;
}

/** Methods whose answer is put together from all upstreams, and the list that each returns. */
export const LISTS: ReadonlyMap<string, string> = new Map([
  ['tools/list', 'tools'],
  ['prompts/list', 'prompts'],
  ['resources/list', 'resources'],
  ['resources/templates/list', 'resourceTemplates'],
]);

/**
 * Finds the one upstream that a request is for.
 * @throws MerlonError PARAMS_INVALID when it names none, METHOD_UNKNOWN when the method cannot be told apart
 */
export function route(request: Request, upstreams: ReadonlySet<string>): Routed {
  const params = request.params ?? {};
  if (request.method === 'tools/call' || request.method === 'prompts/get') {
    const name = params['name'];
    const found = typeof name === 'string' ? splitName(name, upstreams) : undefined;
    if (found === undefined) throw unknownName(request.method === 'tools/call' ? 'tool' : 'prompt');
    return { upstream: found.upstream, request: { ...request, params: { ...params, name: found.name } } };
  }
  if (/^resources\/(read|subscribe|unsubscribe)$/.test(request.method)) {
    const uri = params['uri'];
    const found = typeof uri === 'string' ? splitUri(uri, upstreams) : undefined;
    if (found === undefined) throw unknownName('resource');
    return { upstream: found.upstream, request: { ...request, params: { ...params, uri: found.uri } } };
  }
  if (/^tasks\/(get|update|cancel|result)$/.test(request.method)) {
    const taskId = params['taskId'];
    const found = typeof taskId === 'string' ? splitName(taskId, upstreams) : undefined;
    if (found === undefined) throw unknownName('task');
    return { upstream: found.upstream, request: { ...request, params: { ...params, taskId: found.name } } };
  }
  if (request.method === 'completion/complete') return routeCompletion(request, params, upstreams);
  throw new MerlonError('METHOD_UNKNOWN', 'This method does not say which upstream it is for.', {
    todo: 'Use the address of one upstream, /mcp/NAME.',
  });
}

function routeCompletion(request: Request, params: JsonObject, upstreams: ReadonlySet<string>): Routed {
  const ref = params['ref'];
  const { name, uri } = isObject(ref) ? ref : {};
  const byName = typeof name === 'string' ? splitName(name, upstreams) : undefined;
  const byUri = typeof uri === 'string' ? splitUri(uri, upstreams) : undefined;
  const upstream = byName?.upstream ?? byUri?.upstream;
  if (!isObject(ref) || upstream === undefined) throw unknownName('reference');
  const own = byName === undefined ? { ...ref, uri: byUri?.uri } : { ...ref, name: byName.name };
  return { upstream, request: { ...request, params: { ...params, ref: own } } };
}

function unknownName(what: string): MerlonError {
  return new MerlonError('PARAMS_INVALID', `No upstream offers this ${what}.`, {
    todo: `Use a name from the list; on /mcp it starts with the upstream's name.`,
  });
}

/** Puts an upstream's names into the form of the aggregated endpoint, wherever MCP's results carry them. */
export function publish(method: string, upstream: string, result: JsonObject): JsonObject {
  const list = LISTS.get(method);
  if (list !== undefined) return mapList(result, list, (item) => publishItem(upstream, item));
  if (method === 'tools/call') {
    return publishTask(
      upstream,
      mapList(result, 'content', (item) => publishContent(upstream, item)),
    );
  }
  if (method.startsWith('tasks/')) return publishTask(upstream, result);
  if (method === 'resources/read') return mapList(result, 'contents', (item) => publishItem(upstream, item, false));
  if (method === 'prompts/get') {
    return mapList(result, 'messages', (message) => {
      const content = message['content'];
      return isObject(content) ? { ...message, content: publishContent(upstream, content) } : message;
    });
  }
  return result;
}

/** A task's id, in the result that makes it and in each that tells of it. */
function publishTask(upstream: string, result: JsonObject): JsonObject {
  const { taskId, task } = result;
  if (typeof taskId === 'string') return { ...result, taskId: prefixName(upstream, taskId) };
  if (!isObject(task) || typeof task['taskId'] !== 'string') return result;
  return { ...result, task: { ...task, taskId: prefixName(upstream, task['taskId']) } };
}

function publishContent(upstream: string, item: JsonObject): JsonObject {
  if (item['type'] === 'resource_link') return publishItem(upstream, item, false);
  const resource = item['resource'];
  if (item['type'] !== 'resource' || !isObject(resource)) return item;
  return { ...item, resource: publishItem(upstream, resource, false) };
}

/** `named`: whether the item's name is an identifier (tools, prompts) rather than a label (resources). */
function publishItem(upstream: string, item: JsonObject, named = true): JsonObject {
  const { name, uri, uriTemplate } = item;
  if (typeof uri === 'string') return { ...item, uri: prefixUri(upstream, uri) };
  if (typeof uriTemplate === 'string') return { ...item, uriTemplate: prefixUri(upstream, uriTemplate) };
  return named && typeof name === 'string' ? { ...item, name: prefixName(upstream, name) } : item;
}

function mapList(result: JsonObject, key: string, change: (item: JsonObject) => JsonObject): JsonObject {
  const list = result[key];
  if (!Array.isArray(list)) return result;
  return { ...result, [key]: list.map((item: Json) => (isObject(item) ? change(item) : item)) };
}

/** Where each upstream's list goes on; on the wire an opaque cursor. */
export type Cursors = Readonly<Record<string, string>>;

export function encodeCursor(cursors: Cursors): string | undefined {
  if (Object.keys(cursors).length === 0) return undefined;
  return Buffer.from(JSON.stringify(cursors)).toString('base64url');
}

/** @throws MerlonError PARAMS_INVALID on a cursor that this endpoint did not make */
export function decodeCursor(cursor: Json | undefined, upstreams: ReadonlySet<string>): Cursors | undefined {
  if (cursor === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(
      Buffer.from(typeof cursor === 'string' ? cursor : '', 'base64url').toString('utf8'),
    );
    if (!isObject(value)) throw new Error('no object');
    const cursors: Record<string, string> = {};
    for (const [name, at] of Object.entries(value)) {
      if (!upstreams.has(name) || typeof at !== 'string') throw new Error('foreign');
      cursors[name] = at;
    }
    return cursors;
  } catch {
    throw new MerlonError('PARAMS_INVALID', 'The cursor is not one of this endpoint.');
  }
}

/** What the aggregated endpoint says of itself, from what its upstreams said. */
export function mergeInitialize(
  answers: ReadonlyMap<string, JsonObject>,
  protocolVersion: string,
  version: string,
): JsonObject {
  const instructions: string[] = [];
  let capabilities: JsonObject = {};
  for (const [upstream, answer] of answers) {
    if (isObject(answer['capabilities'])) capabilities = mergeObjects(capabilities, answer['capabilities']);
    if (typeof answer['instructions'] === 'string') instructions.push(`[${upstream}]\n${answer['instructions']}`);
  }
  const { tasks: _tasks, ...forwarded } = capabilities;
  const base = { protocolVersion, capabilities: forwarded, serverInfo: { name: 'merlon', version } };
  return instructions.length === 0 ? base : { ...base, instructions: instructions.join('\n\n') };
}

/** What the aggregated endpoint answers to `server/discover`, from what its upstreams said. */
export function mergeDiscover(answers: ReadonlyMap<string, JsonObject>, version: string): JsonObject {
  const { capabilities, serverInfo, instructions } = mergeInitialize(answers, '', version);
  return {
    resultType: 'complete',
    supportedVersions: STATELESS_VERSIONS,
    capabilities,
    ...(instructions === undefined ? {} : { instructions }),
    ttlMs: 0,
    cacheScope: 'private',
    _meta: { [META.serverInfo]: serverInfo },
  };
}

function mergeObjects(one: JsonObject, other: JsonObject): JsonObject {
  const merged: Record<string, Json | undefined> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const before = merged[key];
    if (isObject(before) && isObject(value)) merged[key] = mergeObjects(before, value);
    else merged[key] = before === true ? true : value;
  }
  return merged;
}
