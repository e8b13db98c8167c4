import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { SocketFacts } from '../../facts/host.ts';
import { blind, type Look, saw } from '../../look.ts';
import { readSystemFile } from '../read-system-file.ts';
import type { Machine } from './machine.ts';
import { type Listening, parseSockets } from './parse-sockets.ts';

/** Largest table of connections that is read, bytes: about 100,000 connections. */
const MAX_TABLE = 16 * 1024 * 1024;
/** Most processes, and most open files in all, that are looked through for a socket's program. */
const MAX_PROCESSES = 4_000;
const MAX_FILES = 50_000;

/** The listening TCP sockets of this machine, or of the container that the scan runs in. */
export async function lookAtSockets(machine: Machine): Promise<Look<readonly SocketFacts[]>> {
  const [v4, v6] = await Promise.all(
    ['tcp', 'tcp6'].map((table) => readSystemFile(join(machine.proc, 'net', table), MAX_TABLE)),
  );
  if (v4 === undefined || 'blind' in v4) {
    return v4 === undefined || v4.blind === 'not-offered'
      ? blind('not-on-this-system', 'There is no /proc/net/tcp here.', '此处没有 /proc/net/tcp。')
      : v4;
  }
  // A machine without IPv6 has no table of it.
  const tables = [v4.saw, v6 !== undefined && 'saw' in v6 ? v6.saw : ''];
  const listening = tables.flatMap((table) => parseSockets(table, machine.isLittleEndian));
  const programs = await programsOf(listening, machine.proc);
  return saw(
    listening.map(({ address, port, isLoopback, inode }) => ({
      address,
      port,
      isLoopback,
      program: programs.get(inode),
    })),
  );
}

/** Names of programs by the number of their sockets, where they can be seen: of other users' processes only by root. */
async function programsOf(listening: readonly Listening[], proc: string): Promise<ReadonlyMap<string, string>> {
  const wanted = new Set(listening.map(({ inode }) => inode));
  const found = new Map<string, string>();
  const pids = (await namesIn(proc)).filter((name) => /^\d{1,10}$/.test(name)).slice(0, MAX_PROCESSES);
  let files = 0;
  for (const pid of pids) {
    if (found.size === wanted.size || files >= MAX_FILES) break;
    const open = await namesIn(join(proc, pid, 'fd'));
    files += open.length;
    const links = await Promise.all(open.map((fd) => readlink(join(proc, pid, 'fd', fd)).catch(() => '')));
    const inodes = links
      .flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? [])
      .filter((inode) => wanted.has(inode));
    if (inodes.length === 0) continue;
    const name = await readSystemFile(join(proc, pid, 'comm'), 256);
    if ('saw' in name) for (const inode of inodes) found.set(inode, name.saw.trim());
  }
  return found;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).slice(0, MAX_FILES);
  } catch {
    return [];
  }
}
