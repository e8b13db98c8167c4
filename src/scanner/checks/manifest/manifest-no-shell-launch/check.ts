import { type Answer, defineCheck, fail, notApplicable, pass, warn } from '../../../check.ts';
import type { ManifestFacts } from '../../../facts/manifest.ts';
import { inlineOf, isComposed } from '../../../launch/launch.ts';

type Command = NonNullable<ManifestFacts['command']>;

export const manifestNoShellLaunch = defineCheck({
  id: 'manifest-no-shell-launch',
  control: 'C13',
  part: 'manifest',
  severity: 'high',
  title: {
    en: 'The bundle starts a program, not a composed shell command.',
    zh: '包启动的是程序，而不是组合的 shell 命令。',
  },
  remedy: {
    en: 'Name the program as `command` and its arguments in `args`.',
    zh: '把程序写在 `command`，参数写在 `args`。',
  },
  ask: ({ command, commands = [], file }) =>
    command === undefined
      ? notApplicable({ en: 'The manifest starts no command.', zh: '清单不启动命令。' }, { where: { file } })
      : [command, ...commands].map(judge),
});

function judge({ command, args, where }: Command): Answer {
  const inline = inlineOf({ command, args });
  const more = { where, subject: where.path?.join('.') ?? command };
  if (inline === undefined)
    return pass({ en: `${command} is started without a shell.`, zh: `${command} 启动时不经过 shell。` }, more);
  const { program, text, isEncoded, kind } = inline;
  if (kind === 'code')
    return warn(
      { en: `${program} runs code from the manifest.`, zh: `${program} 运行清单中的代码。` },
      { ...more, severity: 'medium' },
    );
  // `${user_config.x}` within a shell's text makes a command of what the user enters.
  const takesInput = text.includes('${user_config.');
  if (!isComposed(text) && !isEncoded && !takesInput)
    return pass({ en: `${program} starts one program.`, zh: `${program} 只启动一个程序。` }, more);
  const shown = text.length > 120 ? `${text.slice(0, 119)}…` : text;
  return fail({ en: `${program} puts a command together: ${shown}`, zh: `${program} 拼接命令：${shown}` }, more);
}
