import { type Answer, defineCheck } from '../../../check.ts';
import type { ServerEntryFacts } from '../../../facts/client.ts';
import { type Inline, inlineOf, isComposed } from '../../../launch/launch.ts';
import { about, eachEnabled, holds, seen } from '../each-server.ts';

export const clientNoShellLaunch = defineCheck({
  id: 'client-no-shell-launch',
  control: 'C13',
  part: 'client',
  severity: 'high',
  title: { en: 'No server is started by a composed shell command.', zh: '没有服务器通过组合的 shell 命令启动。' },
  remedy: {
    en: 'Name the program as `command` and its arguments in `args`; use `cwd` and `env` for what the shell did.',
    zh: '把程序写在 `command`，参数写在 `args`；用 `cwd` 和 `env` 代替 shell 的作用。',
  },
  ask: (facts) =>
    eachEnabled(
      facts,
      { en: 'No server is a program that the client starts.', zh: '没有由客户端启动的服务器程序。' },
      (server) =>
        server.command === undefined
          ? undefined
          : judge(server, inlineOf({ command: server.command, args: server.args })),
    ),
});

function judge(server: ServerEntryFacts, inline: Inline | undefined): Answer {
  if (inline === undefined) return holds(server, 'It is started without a shell.', '启动时不经过 shell。');
  const { program, text, isEncoded, kind } = inline;
  const shown = text.length > 120 ? `${text.slice(0, 119)}…` : text;
  const at = (en: string, zh: string) => [seen(en, zh, server.where)];
  if (isEncoded) return about(server, 'fail', at(`${program} runs encoded text.`, `${program} 运行经过编码的文本。`));
  if (downloadsAndRuns(text))
    return about(server, 'fail', at(`${program} downloads and runs: ${shown}`, `${program} 下载并运行：${shown}`));
  if (kind === 'code')
    return about(
      server,
      'warn',
      at(`${program} runs code from the file: ${shown}`, `${program} 运行文件中的代码：${shown}`),
      { severity: 'medium' },
    );
  if (!isComposed(text))
    return holds(server, `${program} starts one program and nothing else.`, `${program} 只启动一个程序。`);
  if (isPreparation(text))
    return about(
      server,
      'warn',
      at(`${program} prepares, then starts: ${shown}`, `${program} 先准备再启动：${shown}`),
      { severity: 'low' },
    );
  return about(server, 'fail', at(`${program} composes commands: ${shown}`, `${program} 组合多条命令：${shown}`), {
    severity: 'medium',
  });
}

const FETCH = /\b(curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod|downloadstring|fetch)\b/i;
const RUNNERS = /(^|[|;&(<\s])(sh|bash|zsh|dash|python[\d.]*|node|perl|ruby|iex|invoke-expression|powershell|pwsh)\b/i;

/** `curl … | sh`, `bash <(curl …)`, `sh -c "$(curl …)"`, `iex (irm …)`. */
function downloadsAndRuns(text: string): boolean {
  if (!FETCH.test(text)) return false;
  const pipe = text.indexOf('|');
  if (pipe !== -1 && RUNNERS.test(text.slice(pipe))) return true;
  if (/[<$]\(\s*(curl|wget)\b/i.test(text) || /`\s*(curl|wget)\b/i.test(text)) return true;
  return /\b(iex|invoke-expression)\b/i.test(text);
}

/** Going to a folder and setting variables before one program is what some clients have no keys for. */
function isPreparation(text: string): boolean {
  const steps = text.split('&&').map((step) => step.trim());
  const isSimple = steps.every((step) => !isComposed(step));
  return isSimple && steps.slice(0, -1).every((step) => /^(cd|pushd|source|\.|export|set|nvm|fnm)\s/.test(step));
}
