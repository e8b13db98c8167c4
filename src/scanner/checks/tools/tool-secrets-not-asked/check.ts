import { asksForSecrets } from '../../../../detect/asked-parameters.ts';
import { defineCheck, fail, warn } from '../../../check.ts';
import { askEachTool } from '../each-tool.ts';

/** Asks whether a tool has a parameter for a password, a key or a token. */
export const toolSecretsNotAsked = defineCheck({
  id: 'tool-secrets-not-asked',
  control: 'C08',
  part: 'tools',
  severity: 'medium',
  title: {
    en: 'No tool asks the model for a credential.',
    zh: '没有工具向模型索要凭据。',
  },
  remedy: {
    en: 'Give credentials to the server by its environment or by OAuth, and take the parameter away; where a user has to enter one, use URL-mode elicitation.',
    zh: '通过环境变量或 OAuth 把凭据交给服务器,并去掉该参数;需要用户输入时,使用 URL 模式的 elicitation。',
  },
  ask: (facts) =>
    askEachTool(
      facts,
      (tool) => {
        const asked = asksForSecrets(tool);
        if (asked.length === 0) return undefined;
        const names = asked
          .map(({ parameter }) => parameter)
          .slice(0, 5)
          .join(', ');
        const isCertain = asked.some(({ how }) => how === 'certain');
        return (isCertain ? fail : warn)(
          { en: `It asks for: ${names}.`, zh: `它索要:${names}。` },
          isCertain ? { severity: 'high' } : {},
        );
      },
      (count) => ({
        en: `None of ${count} tools has a parameter for a credential.`,
        zh: `${count} 个工具都没有用于凭据的参数。`,
      }),
    ),
});
