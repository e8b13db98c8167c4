import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '..');
const merlon = `${process.execPath} ${join(root, 'src/cli/main.ts')}`;

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: {
    readonly steps: readonly { readonly env: Readonly<Record<string, string>>; readonly run: string }[];
  };
}
interface Template {
  readonly 'merlon-scan': { readonly variables: Readonly<Record<string, string>>; readonly script: readonly string[] };
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merlon-ci-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function client(entry: object): void {
  writeFileSync(join(folder, '.mcp.json'), JSON.stringify({ mcpServers: { docs: entry } }));
}

function bash(script: string, env: Readonly<Record<string, string>>) {
  const { PATH = '' } = process.env;
  const given = { PATH, HOME: folder, ...env };
  // As the runners start a step: it stops at the first command that fails.
  const { status, stdout, stderr } = spawnSync('bash', ['-eo', 'pipefail', '-c', script], {
    cwd: folder,
    env: given,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function githubStep(inputs: Readonly<Record<string, string>>) {
  const action: Action = parse(readFileSync(join(root, 'deploy/ci/github/action.yml'), 'utf8'));
  const [step] = action.runs.steps;
  if (step === undefined) throw new Error('The action has no step.');
  expect(step.run).not.toContain('${{');
  const env = Object.fromEntries(
    Object.entries(step.env).map(([name, value]) => {
      const [, input = ''] = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value) ?? [];
      return [name, inputs[input] ?? action.inputs[input]?.default ?? ''];
    }),
  );
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary') };
  const { status } = bash(step.run, { ...env, ...files });
  const text = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  return { status, output: text(files.GITHUB_OUTPUT), summary: text(files.GITHUB_STEP_SUMMARY) };
}

describe('the GitHub action', () => {
  it('fails the job on a failure, with every report written', () => {
    client({
      type: 'http',
      url: 'http://mcp.example.com/mcp',
      headers: { Authorization: `Bearer ghp_${'a1'.repeat(18)}` },
    });
    const { status, output, summary } = githubStep({ command: merlon, targets: '.mcp.json\n' });
    expect(status).toBe(1);
    expect(output).toContain('exit-code=1');
    expect(output).toContain('sarif=merlon-report/merlon.sarif');
    expect(summary).toContain('C07');
    expect(summary).not.toContain('a1a1');
    for (const ending of ['json', 'sarif', 'xml', 'md', 'html', 'csv']) {
      expect(existsSync(join(folder, `merlon-report/merlon.${ending}`))).toBe(true);
    }
  });

  it('lets a clean one through', () => {
    client({ type: 'http', url: 'https://mcp.example.com/mcp', headers: { Authorization: 'Bearer ${DOCS_TOKEN}' } });
    expect(githubStep({ command: merlon, targets: '.mcp.json' }).status).toBe(0);
  });

  it('takes nothing in its inputs for a command', () => {
    client({ type: 'http', url: 'https://mcp.example.com/mcp' });
    const hostile = '$(touch pwned); `touch pwned`; touch pwned';
    expect(githubStep({ command: merlon, targets: hostile, 'fail-on': 'high' }).status).toBe(2);
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });
});

describe('the GitLab template', () => {
  const template: Template = parse(readFileSync(join(root, 'deploy/ci/gitlab/merlon-scan.yml'), 'utf8'));
  const { variables, script } = template['merlon-scan'];

  it.each([
    ['http://mcp.example.com/mcp', 1],
    ['https://mcp.example.com/mcp', 0],
  ])('judges %s', (url, status) => {
    client({ type: 'http', url });
    const ran = bash(script.join('\n'), { ...variables, MERLON_COMMAND: merlon, MERLON_TARGETS: '.mcp.json' });
    expect(ran.status, ran.stderr).toBe(status);
    expect(readFileSync(join(folder, 'merlon-report/merlon.xml'), 'utf8')).toContain('<testsuites');
  });
});
