import { randomBytes } from 'node:crypto';
import { connect, isIP } from 'node:net';
import { blind, type Look, saw } from '../look.ts';
import type { Reach } from './handshake.ts';

const SERVER_NAME = 0;
const SUPPORTED_GROUPS = 10;
const POINT_FORMATS = 11;
const SIGNATURE_ALGORITHMS = 13;
const RENEGOTIATION_INFO = 0xff01;

const GROUPS = [0x001d, 0x0017, 0x0018, 0x0019, 0x0100];
const SIGNATURES = [0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201];

/** All that has to come to know the suite: record and handshake headers, version, random, session id, suite. */
const MOST_BYTES = 5 + 4 + 2 + 32 + 1 + 32 + 2;

/**
 * Offers a server these suites of TLS 1.2 and nothing else, reads which one it takes, and hangs up. Written by hand,
 * because OpenSSL cannot offer what it has unlearnt (RC4, 3DES, export) and still servers accept it. Nothing is
 * encrypted, so nothing more is said. Undefined: it took none. Never throws.
 */
export function offerSuites(reach: Reach, suites: readonly number[]): Promise<Look<number | undefined>> {
  return new Promise((resolve) => {
    const { address, port, deadlineMs, signal } = reach;
    const socket = connect({ host: address.address, family: address.family, port, signal });
    let heard: Buffer = Buffer.alloc(0);
    const done = (result: Look<number | undefined>): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => done(blind('timeout', 'No answer in time.', '未在时限内应答。')), deadlineMs);
    socket.once('connect', () => socket.write(clientHello(reach.name, suites)));
    socket.on('data', (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk.subarray(0, MOST_BYTES)]).subarray(0, MOST_BYTES);
      const choice = choiceIn(heard);
      if (choice === 'more') return;
      if (choice === 'garbled') return done(blind('unreadable', 'The answer is no TLS.', '应答不是 TLS。'));
      // A server that takes what was not offered speaks no TLS that could be judged.
      if (choice !== undefined && !suites.includes(choice))
        return done(blind('unreadable', 'It chose what was not offered.', '服务器选择了未提供的套件。'));
      done(saw(choice));
    });
    socket.on('error', () => done(saw(undefined)));
    // Hanging up is how some servers refuse.
    socket.once('close', () => done(saw(undefined)));
  });
}

/** A ClientHello of TLS 1.2 (RFC 5246, 7.4.1.2) with the extensions that servers expect. */
export function clientHello(name: string, suites: readonly number[]): Buffer {
  const serverName = isIP(name) === 0 ? [extension(SERVER_NAME, sized(2, byte(0), sized(2, Buffer.from(name))))] : [];
  const extensions = [
    ...serverName,
    extension(SUPPORTED_GROUPS, sized(2, words(GROUPS))),
    extension(POINT_FORMATS, sized(1, byte(0))),
    extension(SIGNATURE_ALGORITHMS, sized(2, words(SIGNATURES))),
    extension(RENEGOTIATION_INFO, sized(1)),
  ];
  const noSession = sized(1);
  const noCompression = sized(1, byte(0));
  const body = [words([0x0303]), randomBytes(32), noSession, sized(2, words(suites)), noCompression];
  const hello = Buffer.concat([byte(1), sized(3, ...body, sized(2, ...extensions))]);
  return Buffer.concat([byte(22), words([0x0301]), sized(2, hello)]);
}

/** The suite of a ServerHello (attacker-controlled). `more`: not all here yet. Undefined: an alert. */
export function choiceIn(heard: Buffer): number | undefined | 'more' | 'garbled' {
  if (heard.length < 6) return 'more';
  const isAlert = heard[0] === 21 && heard[1] === 3;
  if (isAlert) return undefined;
  if (heard[0] !== 22 || heard[1] !== 3 || heard[5] !== 2) return 'garbled';
  if (heard.length < 44) return 'more';
  const sessionBytes = heard[43] ?? 0;
  if (sessionBytes > 32) return 'garbled';
  const at = 44 + sessionBytes;
  return heard.length < at + 2 ? 'more' : heard.readUInt16BE(at);
}

function extension(type: number, content: Buffer): Buffer {
  return Buffer.concat([words([type]), sized(2, content)]);
}

/** Contents behind their length in `bytes` bytes. */
function sized(bytes: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const length = Buffer.alloc(bytes);
  length.writeUIntBE(content.length, 0, bytes);
  return Buffer.concat([length, content]);
}

function byte(value: number): Buffer {
  return Buffer.from([value]);
}

function words(values: readonly number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]));
}
