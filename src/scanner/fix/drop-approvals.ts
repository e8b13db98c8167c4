import type { Format, Shape } from '../../clients/client.ts';
import { readTree } from '../../clients/read-tree.ts';
import type { ServerEntry } from '../../clients/read.ts';
import { plain, valueAt } from '../../clients/tree.ts';
import type { Step } from './fix-client.ts';
import { rawAt, stepsTo } from './server-path.ts';

const KEYS = ['autoApprove', 'autoApproveTools', 'alwaysAllow', 'always_allow', 'trust', 'trusted'];
const SETTINGS: readonly (readonly string[])[] = [
  ['enableAllProjectMcpServers'],
  ['chat.tools.autoApprove'],
  ['chat.tools.global.autoApprove'],
  ['agent', 'always_allow_tool_actions'],
  ['assistant', 'always_allow_tool_actions'],
];

/** Empties what approves tools of a server beforehand; the key stays, so that people see that it was meant. */
export function dropApprovals(entry: ServerEntry, shape: Shape): Step {
  const given = KEYS.filter((key) => isGiven(rawAt(entry, [key])));
  return {
    changes: given.map((key) => ({
      set: [...stepsTo(entry, shape), key],
      to: Array.isArray(rawAt(entry, [key])) ? [] : false,
    })),
    done: given.map((key) => ({ en: `${key} approves nothing any more.`, zh: `${key} 不再预先批准任何工具。` })),
    left: [],
  };
}

/** Switches off what approves servers or tools of all kinds. */
export function dropSettings(text: string, format: Format): { readonly subject: string; readonly step: Step }[] {
  const { tree } = readTree(text.replace(/^\uFEFF/, ''), format);
  return SETTINGS.flatMap((path) => {
    const value = valueAt(tree, path);
    if (value === undefined || plain(value) !== true) return [];
    const name = path.join('.');
    const done = [{ en: `${name} is off.`, zh: `${name} 已关闭。` }];
    return [{ subject: name, step: { changes: [{ set: path, to: false }], done, left: [] } }];
  });
}

function isGiven(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value !== '') || (Array.isArray(value) && value.length > 0);
}
