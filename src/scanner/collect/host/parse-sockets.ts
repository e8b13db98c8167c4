import { isLoopbackHost } from '../../../kernel/loopback.ts';

/** A TCP socket that waits for connections. */
export interface Listening {
  readonly address: string;
  readonly port: number;
  readonly isLoopback: boolean;
  /** Number of the socket, by which its process is found. */
  readonly inode: string;
}

/** Most lines that are read. */
const MAX_LINES = 100_000;
/** `TCP_LISTEN` in the kernel's numbering. */
const LISTEN = '0A';

/** Reads `/proc/net/tcp` or `/proc/net/tcp6`. Never throws; what is no socket is left out. */
export function parseSockets(text: string, isLittleEndian = true): readonly Listening[] {
  return text.split('\n', MAX_LINES).flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/, 10);
    const [hex = '', port = ''] = local.split(':');
    if (state !== LISTEN || !/^[0-9A-F]{4}$/.test(port) || !/^\d{1,20}$/.test(inode)) return [];
    const address = addressOf(hex, isLittleEndian);
    if (address === undefined) return [];
    return [{ address, port: Number.parseInt(port, 16), isLoopback: isLoopbackHost(address), inode }];
  });
}

// The kernel prints each word of 32 bits as a number in its own byte order.
function addressOf(hex: string, isLittleEndian: boolean): string | undefined {
  if (!/^([0-9A-F]{8}|[0-9A-F]{32})$/.test(hex)) return undefined;
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => {
    const pairs = (word.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
    return isLittleEndian ? pairs.toReversed() : pairs;
  });
  if (bytes.length === 4) return bytes.join('.');
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (isMapped) return `::ffff:${bytes.slice(12).join('.')}`;
  return shorten(bytes);
}

function shorten(bytes: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((bytes[at * 2] ?? 0) * 256 + (bytes[at * 2 + 1] ?? 0)).toString(16),
  );
  const { hostname } = new URL(`http://[${groups.join(':')}]/`);
  return hostname.slice(1, -1);
}
