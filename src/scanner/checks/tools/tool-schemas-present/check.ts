import { isObject } from '../../../../kernel/jsonrpc.ts';
import { defineCheck, fail } from '../../../check.ts';
import { isUnkept } from '../../../facts/tools.ts';
import { askEachTool } from '../each-tool.ts';

const COMBINES = ['$ref', 'anyOf', 'oneOf', 'allOf'];

/** Asks whether every tool has an input schema of an object. */
export const toolSchemasPresent = defineCheck({
  id: 'tool-schemas-present',
  control: 'C14',
  part: 'tools',
  severity: 'medium',
  title: {
    en: 'Every tool says what arguments it takes.',
    zh: '每个工具都说明了它接受的参数。',
  },
  remedy: {
    en: 'Give each tool an `inputSchema` of `type: object`; one without parameters has `{ "type": "object", "additionalProperties": false }`.',
    zh: '为每个工具提供 `type: object` 的 `inputSchema`;没有参数的工具可以写 `{ "type": "object", "additionalProperties": false }`。',
  },
  ask: (facts) =>
    askEachTool(
      facts,
      ({ inputSchema }) => {
        // There, and not seen: `tool-list-whole` says so.
        if (facts.isCut && isObject(inputSchema) && isUnkept(inputSchema)) return undefined;
        if (isObject(inputSchema) && (inputSchema['type'] === 'object' || COMBINES.some((key) => key in inputSchema)))
          return undefined;
        return inputSchema === undefined
          ? fail({ en: 'It has no input schema.', zh: '它没有输入模式。' })
          : fail({ en: 'Its input schema is no schema of an object.', zh: '它的输入模式不是对象模式。' });
      },
      (count) => ({ en: `All ${count} tools have one.`, zh: `${count} 个工具都有输入模式。` }),
    ),
});
