import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlOf, controls, parseControlId } from './catalogue.ts';
import { type Control, controlIds, type Scheme, type Verification } from './control.ts';

/** The column of the checklist, line by line. */
const checklist: readonly (readonly [string, Verification])[] = [
  ['启用 HTTPS', 'automatic'],
  ['使用 TLS 1.2+', 'automatic'],
  ['启用身份认证', 'automatic'],
  ['实现细粒度权限控制', 'both'],
  ['实施动态权限调整', 'manual'],
  ['配置会话超时', 'automatic'],
  ['加密敏感数据', 'both'],
  ['实现数据脱敏', 'manual'],
  ['启用审计日志', 'automatic'],
  ['配置日志轮换', 'automatic'],
  ['实施网络隔离', 'manual'],
  ['启用防火墙规则', 'automatic'],
  ['实现工具沙箱隔离', 'manual'],
  ['配置工具权限最小化', 'both'],
  ['实施恶意工具检测', 'manual'],
  ['启用实时监控', 'automatic'],
  ['配置安全告警', 'both'],
  ['建立安全事件响应机制', 'manual'],
  ['定期进行安全测试', 'manual'],
  ['实施安全开发流程', 'manual'],
];

const idShapes: Readonly<Record<Scheme, RegExp>> = {
  'OWASP-MCP': /^MCP(0[1-9]|10)$/,
  'OWASP-AISVS': /^C10\.[1-4]\.\d$/,
  CoSAI: /^MCP-T([1-9]|1[0-2])$/,
  MCP: /^(LEG-)?[A-Z]+-\d\d$/,
  NSA: /^R[1-9]$/,
  CSA: /^MCP-(0[1-9]|10)$/,
  'SAFE-MCP': /^SAFE-T\d{4}$/,
};

const HAN = /\p{Script=Han}/u;

function textsOf(control: Control): { en: string; zh: string }[] {
  const { because, rationale, remedy, gateway, limits, question, evidence } = control;
  return [because, rationale, remedy, gateway, limits, question, evidence].filter((text) => text !== undefined);
}

describe('the catalogue', () => {
  it('has the 20 points of the checklist in its order', () => {
    expect(controls.map(({ id }) => id)).toEqual([...controlIds]);
    expect(controls.map(({ title, verification }) => [title.zh, verification])).toEqual(checklist);
  });

  it('finds each control by its id', () => {
    for (const id of controlIds) expect(controlOf(id).id).toBe(id);
  });

  it('has no title twice', () => {
    expect(new Set(controls.map(({ title }) => title.en)).size).toBe(20);
  });
});

describe.each(controls.map((control) => ({ name: control.id, control })))('$name', ({ control }) => {
  it('says everything in both languages', () => {
    expect(control.title.en).toMatch(/^[A-Z]/);
    expect(control.title.zh).toMatch(HAN);
    for (const { en, zh } of textsOf(control)) {
      expect(en).toMatch(/^[A-Z`].*[.?]$/s);
      expect(en).not.toMatch(HAN);
      expect(zh).toMatch(HAN);
      expect(zh).toMatch(/[。？]$/);
    }
  });

  it('uses the punctuation of each language', () => {
    for (const { zh } of textsOf(control)) expect(zh.replaceAll(/`[^`]*`/g, '')).not.toMatch(/\p{Script=Han}[,;:?()]/u);
  });

  it('asks a question exactly where looking is not enough, and says what proves the answer', () => {
    const needsPerson = control.verification !== 'automatic';
    expect(control.question !== undefined).toBe(needsPerson);
    expect(control.evidence !== undefined).toBe(needsPerson);
  });

  it('refers to other schemes by ids that they have, none twice', () => {
    const { references } = control;
    expect(references.length).toBeGreaterThan(0);
    for (const { scheme, id, title } of references) {
      expect(id, scheme).toMatch(idShapes[scheme]);
      expect(title).not.toBe(id);
      expect(title.length).toBeGreaterThan(5);
    }
    const named = references.map(({ scheme, id }) => `${scheme} ${id}`);
    expect(new Set(named).size).toBe(named.length);
    expect(references.filter(({ scheme }) => scheme === 'MCP').length).toBeLessThanOrEqual(6);
  });
});

describe('parseControlId', () => {
  it.each([
    ['C01', 'C01'],
    ['c1', 'C01'],
    ['1', 'C01'],
    ['01', 'C01'],
    ['c20', 'C20'],
  ])('reads %s as %s', (text, id) => {
    expect(parseControlId(text)).toBe(id);
  });

  it.each(['', 'C', 'C0', 'C00', 'C21', '21', '001', 'C1 ', ' C1', 'D01', '-1', '1.0', 'toString', '__proto__'])(
    'knows no %j',
    (text) => {
      expect(parseControlId(text)).toBeUndefined();
    },
  );

  it('gives an id of the list or nothing for any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const id = parseControlId(text);
        expect(id === undefined || controlIds.includes(id)).toBe(true);
      }),
    );
  });
});
