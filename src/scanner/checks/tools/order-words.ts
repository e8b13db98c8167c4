import type { Order, OrderKind } from '../../../detect/find-orders.ts';
import type { Text } from '../../../kernel/text.ts';

const WORDS: Readonly<Record<OrderKind, Text>> = {
  conceal: { en: 'orders to keep something from the user', zh: '要求对用户隐瞒' },
  override: { en: 'orders to ignore other instructions', zh: '要求忽略其他指令' },
  'sensitive-file': { en: 'sends the model to a file with keys or settings', zh: '让模型接触存有密钥或设置的文件' },
  'run-command': { en: 'orders to run a command', zh: '要求运行命令' },
  'send-elsewhere': { en: 'has data sent to an address', zh: '要求把数据发往某个地址' },
  'side-channel': { en: 'wants the conversation or secrets in a parameter', zh: '要求把对话或机密放进参数' },
  tamper: { en: 'replaces what the user asked for', zh: '篡改用户的请求' },
  'foreign-tool': { en: "orders about a tool that is none of the server's", zh: '对不属于该服务器的工具下达指令' },
  authority: { en: 'speaks as the system', zh: '冒充系统发言' },
  recite: { en: 'puts a sentence into the mouth of the model', zh: '规定模型要说的话' },
  'control-token': { en: 'holds tokens by which models tell roles apart', zh: '含有模型的角色控制标记' },
};

/** What orders do, each kind once, in words that follow the place where they stand. */
export function orderWords(orders: readonly Pick<Order, 'kind'>[]): Text {
  const kinds = [...new Set(orders.map(({ kind }) => kind))];
  return {
    en: kinds.map((kind) => WORDS[kind].en).join(', '),
    zh: kinds.map((kind) => WORDS[kind].zh).join('、'),
  };
}
