import { type Launch, programOf, unwrapLaunch } from './launch.ts';

/** What `docker run` and its like are told. */
export interface ContainerRun {
  /** Options before the image, each with its value where it has one. */
  readonly options: readonly { readonly name: string; readonly value: string | undefined }[];
  readonly image: string | undefined;
  /** What stands behind the image. */
  readonly args: readonly string[];
}

/** Options that stand alone; all others take the next word. */
const ALONE =
  /^(--rm|--init|--privileged|--read-only|--no-healthcheck|--oom-kill-disable|--disable-content-trust|-P|--publish-all|-q|--quiet|--sig-proxy|--interactive|--tty|--detach|-[itdPq]{1,4})$/;
const MAX_OPTIONS = 500;

/** Reads `docker run`, `podman run`, `nerdctl run` and `container run`; undefined for anything else. */
export function containerRun(launch: Launch): ContainerRun | undefined {
  const { command, args } = unwrapLaunch(launch);
  const program = programOf(command);
  if (!/^(docker|podman|nerdctl|finch)$/.test(program)) return undefined;
  const from = args[0] === 'container' ? 1 : 0;
  if (args[from] !== 'run') return undefined;
  const options: { name: string; value: string | undefined }[] = [];
  for (let at = from + 1; at < args.length && options.length < MAX_OPTIONS; at += 1) {
    const arg = args[at] ?? '';
    if (!arg.startsWith('-')) return { options, image: arg, args: args.slice(at + 1) };
    const equals = arg.indexOf('=');
    if (equals !== -1) options.push({ name: arg.slice(0, equals), value: arg.slice(equals + 1) });
    else if (ALONE.test(arg)) options.push({ name: arg, value: undefined });
    // `-eNAME=value`, `-v/a:/b`: the value may stand right behind a short option.
    else if (/^-[evpuwlmch][^-]/.test(arg)) options.push({ name: arg.slice(0, 2), value: arg.slice(2) });
    else {
      at += 1;
      options.push({ name: arg, value: args[at] });
    }
  }
  return { options, image: undefined, args: [] };
}

/** The folder of the host that a volume or mount option shows to the container; undefined for named volumes. */
export function hostPathOf({ name, value }: ContainerRun['options'][number]): string | undefined {
  if (value === undefined) return undefined;
  if (name === '-v' || name === '--volume') {
    const [, path] = /^((?:[A-Za-z]:)?[^:]*)(?::|$)/.exec(value) ?? [];
    return path !== undefined && /^([\\/.~$%]|[A-Za-z]:)/.test(path) ? path : undefined;
  }
  if (name !== '--mount') return undefined;
  const part = value.split(',').find((each) => /^(src|source)=/.test(each));
  const path = part?.slice(part.indexOf('=') + 1);
  return path !== undefined && /^([\\/.~$%]|[A-Za-z]:)/.test(path) ? path : undefined;
}
