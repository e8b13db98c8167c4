import type { Row } from '../bench.ts';
import { mcpProxy } from './everything-chains.ts';
import { merlonHttp, merlonLegacyToModern, merlonModern, merlonModernToLegacy, merlonStdio } from './merlon-chain.ts';
import { bareModern, barePlain, bareTls } from './mock-chains.ts';

/**
 * What the gateway promises: CPU a call against the bare proxy and mcp-proxy, memory of 1,000 sessions; and that the
 * modern era costs no more than the legacy one, but for the noise of two rounds.
 */
const GOALS = { bare: 2, mcpProxy: 0.25, sessionsMb: 200, modern: 1.1 };

/** The gateway's cost in one sentence, each figure beside its goal; says so where a figure is missing. */
export function headlineOf(rows: readonly Row[]): string {
  const cpuOf = (name: string): number | undefined => numberIn(rows, name, 'gateway µs');
  const http = cpuOf(merlonHttp.name);
  const stdio = cpuOf(merlonStdio.name);
  const parts = [
    `${figure(http, 'µs')} a call in front of HTTP`,
    against(http, cpuOf(bareTls.name), GOALS.bare, 'the bare proxy with TLS'),
    against(http, cpuOf(barePlain.name), GOALS.bare, 'the bare proxy'),
    `${figure(stdio, 'µs')} in front of stdio`,
    against(stdio, cpuOf(mcpProxy.name), GOALS.mcpProxy, 'mcp-proxy'),
    `${figure(cpuOf(merlonModern.name), 'µs')} a modern call`,
    against(cpuOf(merlonModern.name), cpuOf(bareModern.name), GOALS.bare, 'its bare proxy with TLS'),
    against(cpuOf(merlonModern.name), http, GOALS.modern, 'a legacy call'),
    `bridged: ${figure(cpuOf(merlonModernToLegacy.name), 'µs')} from a modern client, ` +
      `${figure(cpuOf(merlonLegacyToModern.name), 'µs')} to a modern upstream`,
    memory(rows.find((row) => row['chain'] === `sessions: ${merlonHttp.name}`)?.['open MB']),
  ];
  return `Merlon: ${parts.join('; ')}`;
}

function against(own: number | undefined, other: number | undefined, goal: number, name: string): string {
  if (own === undefined || other === undefined) return `× ${name}: not measured`;
  return `${(own / other).toFixed(2)} × ${name} (${verdict(own / other <= goal)}: ≤ ${goal})`;
}

function memory(open: unknown): string {
  if (typeof open !== 'number') return '1,000 sessions: not measured';
  return `1,000 sessions in ${open.toFixed(0)} MB (${verdict(open <= GOALS.sessionsMb)}: ≤ ${GOALS.sessionsMb})`;
}

function verdict(isMet: boolean): string {
  return isMet ? 'goal met' : 'GOAL MISSED';
}

function figure(value: number | undefined, unit: string): string {
  return value === undefined ? 'not measured' : `${value.toFixed(0)} ${unit}`;
}

function numberIn(rows: readonly Row[], name: string, column: string): number | undefined {
  const value = rows.find((row) => row['chain'] === name)?.[column];
  return typeof value === 'number' ? value : undefined;
}
