import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containerRun, hostPathOf } from './container-run.ts';
import { inlineOf, unwrapLaunch } from './launch.ts';
import { packageOf } from './package-of.ts';

function launchOf(line: string) {
  const [command = '', ...args] = line.split(' ');
  return { command, args };
}

function short(line: string): string | undefined {
  const found = packageOf(launchOf(line));
  return found === undefined ? undefined : `${found.runner} ${found.name} ${found.version ?? '-'} ${found.isPinned}`;
}

const DIGEST = `sha256:${'a'.repeat(64)}`;
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

describe('the package that a launch starts', () => {
  it.each([
    ['npx -y @modelcontextprotocol/server-filesystem /tmp', 'npx @modelcontextprotocol/server-filesystem - false'],
    ['npx -y @scope/name@1.2.3', 'npx @scope/name 1.2.3 true'],
    ['npx --yes name@latest', 'npx name latest false'],
    ['npx name@^1.2.3', 'npx name ^1.2.3 false'],
    ['npx name@1.2', 'npx name 1.2 false'],
    ['npx -y -p pkg@2.0.0 cmd', 'npx pkg 2.0.0 true'],
    ['npx --package=pkg@1.2.3 -- cmd --flag', 'npx pkg 1.2.3 true'],
    ['npx --registry https://r.example name@1.0.0-beta.1', 'npx name 1.0.0-beta.1 true'],
    ['npx alias@npm:real@1.0.0', 'npx real 1.0.0 true'],
    ['npx github:user/repo', 'npx github:user/repo - false'],
    [`npx github:user/repo#${COMMIT}`, `npx github:user/repo ${COMMIT} true`],
    ['npx user/repo#main', 'npx user/repo main false'],
    ['C:\\Program\\npx.cmd -y name', 'npx name - false'],
    ['cmd /c npx -y name@1.0.0', 'npx name 1.0.0 true'],
    ['cmd.exe /C npx name', 'npx name - false'],
    ['npm exec --yes -- name@3.0.0', 'npx name 3.0.0 true'],
    ['bunx name@1.0.0', 'bunx name 1.0.0 true'],
    ['bun x name', 'bunx name - false'],
    ['pnpm dlx name', 'pnpm-dlx name - false'],
    ['pnpx name', 'pnpm-dlx name - false'],
    ['yarn dlx -p pkg cmd', 'yarn-dlx pkg - false'],
    ['uvx mcp-server-git --repository x', 'uvx mcp-server-git - false'],
    ['uvx mcp-server-git@1.2.3', 'uvx mcp-server-git 1.2.3 true'],
    ['uvx mcp-server-git==2025.1.14', 'uvx mcp-server-git 2025.1.14 true'],
    ['uvx mcp-server-git@latest', 'uvx mcp-server-git latest false'],
    ['uvx name>=1', 'uvx name >=1 false'],
    ['uvx name==1.*', 'uvx name 1.* false'],
    ['uvx --python 3.12 --from pkg[extra]==1.2 cmd', 'uvx pkg 1.2 true'],
    [`uvx --from git+https://u:p@h.example/x/y@${COMMIT} cmd`, `uvx git+https://h.example/x/y ${COMMIT} true`],
    ['uvx --from git+https://h.example/x/y cmd', 'uvx git+https://h.example/x/y - false'],
    ['uv tool run --from pkg cmd', 'uvx pkg - false'],
    ['uv run --with mcp-x==1.0 mcp-x', 'uvx mcp-x 1.0 true'],
    ['pipx run --spec pkg==1.0 cmd', 'pipx pkg 1.0 true'],
    ['docker run -i --rm -e TOKEN mcp/github', 'docker mcp/github - false'],
    ['docker run -i --rm -e TOKEN=x ghcr.io/o/i:latest stdio', 'docker ghcr.io/o/i latest false'],
    [`podman run -i localhost:5000/x@${DIGEST}`, `docker localhost:5000/x ${DIGEST} true`],
    ['docker run --mount type=bind,src=/a,dst=/b -v /c:/d:ro i:1.2.3', 'docker i 1.2.3 false'],
    ['deno run -A npm:@s/n@1.2.3', 'deno @s/n 1.2.3 true'],
    ['deno run --allow-net=h jsr:@s/n', 'deno jsr:@s/n - false'],
    ['deno run https://deno.land/x/y@v1.0.0/mod.ts', 'deno https://deno.land/x/y@v1.0.0/mod.ts v1.0.0 true'],
    ['python3 -m mcp_server_git', 'other mcp_server_git - false'],
    ['node /x/node_modules/@s/n/dist/index.js', 'other @s/n - false'],
    ['merlon wrap --name a --env B -- npx -y name', 'npx name - false'],
    ['node /x/src/cli/main.ts wrap --name a -- npx -y name', 'npx name - false'],
    ['sudo -u nobody env A=b npx -y name', 'npx name - false'],
    ['doppler run -- uvx name', 'uvx name - false'],
  ])('%s', (line, expected) => {
    expect(short(line)).toBe(expected);
  });

  it.each([
    'node server.js',
    'python server.py',
    'npx --no-install name',
    'npx -y ./local',
    'npx',
    'uvx',
    'uv run --directory /x server',
    'uv run server.py',
    'docker compose up',
    'docker run',
    './server',
    'node -e code',
  ])('is unknown or fetches nothing: %s', (line) => {
    expect(short(line)).toBeUndefined();
  });

  it('is seen through a shell that does nothing else', () => {
    expect(packageOf({ command: 'bash', args: ['-lc', 'npx -y name'] })?.name).toBe('name');
    expect(packageOf({ command: 'bash', args: ['-c', 'cd x && npx -y name'] })).toBeUndefined();
  });

  const word = fc.oneof(
    fc.constantFrom(
      'npx',
      'uvx',
      'docker',
      'run',
      '-y',
      '-p',
      '--',
      '--from',
      'cmd',
      '/c',
      'sh',
      '-c',
      'env',
      'sudo',
      'wrap',
      'merlon',
      '@',
      'a@npm:',
      'deno',
      '-m',
      'node_modules/',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );

  it('never throws, whatever stands there', () => {
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 12 }), (command, args) => {
        const found = packageOf({ command, args });
        if (found !== undefined) expect(found.name).not.toBe('');
        expect(unwrapLaunch({ command, args }).wrappers.length).toBeLessThanOrEqual(8);
        inlineOf({ command, args });
        for (const option of containerRun({ command, args })?.options ?? []) hostPathOf(option);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes no long time over a long name', () => {
    expect(packageOf({ command: 'npx', args: ['a@npm:'.repeat(200_000)] })).toBeUndefined();
  });
});

describe('what is handed to a shell or an interpreter', () => {
  it.each([
    [['sh', '-c', 'a | b'], 'shell', 'a | b'],
    [['/bin/bash', '-lc', 'x'], 'shell', 'x'],
    [['cmd', '/c', 'a & b'], 'shell', 'a & b'],
    [['powershell.exe', '-NoProfile', '-EncodedCommand', 'QQ=='], 'shell', 'QQ=='],
    [['sudo', 'node', '-e', 'code'], 'code', 'code'],
    [['python3.12', '-c', 'code'], 'code', 'code'],
  ])('%j', ([command = '', ...args], kind, text) => {
    expect(inlineOf({ command, args })).toMatchObject({ kind, text });
  });

  it.each(['node server.js -e production', 'bash script.sh', 'cmd /c npx -y x', 'python -m x'])(
    'is nothing in %s',
    (line) => {
      expect(inlineOf(launchOf(line))).toBeUndefined();
    },
  );
});

describe('folders that a container sees', () => {
  it.each([
    ['-v /:/host x', '/'],
    ['-v=/home/u:/w x', '/home/u'],
    ['--volume C:\\Users:/w x', 'C:\\Users'],
    ['--mount type=bind,src=/var/run/docker.sock,dst=/s x', '/var/run/docker.sock'],
    ['-v data:/w x', undefined],
  ])('%s', (line, path) => {
    const run = containerRun(launchOf(`docker run ${line}`));
    expect(run?.options.map(hostPathOf).find((each) => each !== undefined)).toBe(path);
    expect(run?.image).toBe('x');
  });
});
