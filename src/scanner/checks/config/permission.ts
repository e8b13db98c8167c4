/** The action of a permission such as `execute:tool`; permissions are anybody's text, and need not be Merlon's. */
export function actionOf(permission: string): string {
  const colon = permission.indexOf(':');
  const action = (colon < 0 ? permission : permission.slice(0, colon)).toLowerCase();
  return CHANGING.has(action) ? 'write' : action;
}

const CHANGING = new Set(['write', 'delete', 'create', 'update', 'edit', 'modify', 'put', 'post', 'patch', 'remove']);
const READING = new Set(['read', 'list', 'view', 'get', 'search', 'describe']);

function resourceOf(permission: string): string {
  const colon = permission.indexOf(':');
  return colon < 0 ? '*' : permission.slice(colon + 1);
}

/** True for a permission to look and nothing else. */
export function isReading(permission: string): boolean {
  return READING.has(actionOf(permission));
}

/** True for a permission to run what is confined. */
export function isSandboxed(permission: string): boolean {
  return actionOf(permission) === 'execute' && resourceOf(permission).toLowerCase().includes('sandbox');
}

/** True for a permission of Merlon's to call tools that it does not name one by one. */
export function callsAnyTool(permission: string): boolean {
  const [kind = '', ...names] = resourceOf(permission).split('/');
  const action = actionOf(permission);
  if ((action !== 'execute' && action !== '*') || (kind !== 'tool' && kind !== '*')) return false;
  return names.length < 2 || names.slice(0, 2).includes('*');
}

/** True where a set of permissions leaves nothing out: `*:*`, `*`, or each action on everything; Merlon has `manage` besides. */
export function allowsEverything(permissions: readonly string[], isMerlon: boolean): boolean {
  if (permissions.some((one) => one === '*' || one === '*:*')) return true;
  const everywhere = new Set(permissions.filter((one) => resourceOf(one) === '*').map(actionOf));
  const actions = isMerlon ? ['read', 'write', 'execute', 'manage'] : ['read', 'write', 'execute'];
  return actions.every((action) => everywhere.has(action));
}
