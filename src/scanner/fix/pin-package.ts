import type { Shape } from '../../clients/client.ts';
import type { ServerEntry } from '../../clients/read.ts';
import type { PackageFacts } from '../facts/client.ts';
import { npmSpec, packageOf, pythonSpec } from '../launch/package-of.ts';
import type { FixOptions, Step } from './fix-client.ts';
import { withArguments } from './server-path.ts';

const NOTHING: Step = { changes: [], done: [], left: [] };

/** Writes the version of a package that is known into the arguments that name it. */
export function pinPackage(entry: ServerEntry, shape: Shape, versionOf: FixOptions['versionOf']): Step {
  const { command, args } = entry;
  const found = command === undefined ? undefined : packageOf({ command, args });
  if (command === undefined || found === undefined || found.isPinned || found.runner === 'other') return NOTHING;
  const isPython = found.runner === 'uvx' || found.runner === 'pipx';
  const left = (en: string, zh: string): Step => ({ ...NOTHING, left: [{ en, zh }] });
  if (found.runner === 'docker' || found.runner === 'deno' || /[:\\]/.test(found.name)) {
    return left(`${found.name} has to be pinned by hand.`, `${found.name} 需手动固定版本。`);
  }
  const version = versionOf(found.name, isPython ? 'pypi' : 'npm');
  if (version === undefined) {
    return left(
      `Nothing here says which version of ${found.name} is meant: pass --pin ${found.name}=VERSION.`,
      `此处无从得知 ${found.name} 的版本：请传入 --pin ${found.name}=VERSION。`,
    );
  }
  const pinned = args.map((arg) => pinnedArgument(arg, found, version, isPython));
  const now = packageOf({ command, args: pinned });
  if (now?.isPinned !== true || now.name !== found.name) {
    return left(`${found.name} is named in a way that is not changed here.`, `${found.name} 的写法无法在此修改。`);
  }
  const done = [{ en: `${found.name} is pinned to ${version}.`, zh: `${found.name} 已固定为 ${version}。` }];
  return {
    changes: withArguments(entry, shape, pinned),
    done,
    left: [],
    shown: pinned.filter((arg) => !args.includes(arg)),
  };
}

/** `name`, `name@latest`, `--package=name`, `name[extra]>=1`, each with the version; any other argument as it is. */
function pinnedArgument(arg: string, { runner, name }: PackageFacts, version: string, isPython: boolean): string {
  const [, before = '', spec = arg] = /^(--?[a-z]+=)(.*)$/s.exec(arg) ?? [];
  if (!isPython)
    return npmSpec(runner, spec)?.name === name && !spec.includes('npm:') ? `${before}${name}@${version}` : arg;
  if (pythonSpec('uvx', spec)?.name !== name || spec.startsWith('-')) return arg;
  const [, extra = ''] = /^[^[]*(\[[^\]]*\])/.exec(spec) ?? [];
  return `${before}${name}${extra}==${version}`;
}
