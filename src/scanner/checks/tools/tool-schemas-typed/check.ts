import { parametersOf } from '../../../../kernel/tool-like.ts';
import { defineCheck, warn } from '../../../check.ts';
import { askEachTool } from '../each-tool.ts';

const SAYS_TYPE = ['type', 'enum', 'const', '$ref', '$dynamicRef', 'anyOf', 'oneOf', 'allOf', 'not'];

/** Asks whether every parameter says what kind of value it takes. */
export const toolSchemasTyped = defineCheck({
  id: 'tool-schemas-typed',
  control: 'C14',
  part: 'tools',
  severity: 'low',
  title: {
    en: 'Every parameter of every tool has a type.',
    zh: '每个工具的每个参数都有类型。',
  },
  remedy: {
    en: 'Give each parameter a `type`, and where only some values make sense an `enum`, `pattern`, `minimum` or `maximum`.',
    zh: '为每个参数指定 `type`;只接受部分取值时,再加上 `enum`、`pattern`、`minimum` 或 `maximum`。',
  },
  ask: (facts) =>
    askEachTool(
      facts,
      (tool) => {
        const untyped = parametersOf(tool)
          .filter(({ schema }) => !SAYS_TYPE.some((key) => key in schema))
          .map(({ path }) => path);
        if (untyped.length === 0) return undefined;
        const some = untyped.slice(0, 5).join(', ');
        return warn({
          en: `${untyped.length} parameters take anything: ${some}.`,
          zh: `${untyped.length} 个参数可以是任意值:${some}。`,
        });
      },
      (count) => ({ en: `All parameters of ${count} tools have a type.`, zh: `${count} 个工具的参数都有类型。` }),
    ),
});
