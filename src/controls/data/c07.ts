import type { Control } from '../control.ts';
import { referencesTo } from '../references.ts';

export const c07: Control = {
  id: 'C07',
  title: { en: 'Sensitive data is encrypted', zh: '加密敏感数据' },
  priority: 'high',
  because: {
    en: 'Keys and tokens in readable files give an attacker who reaches one file access to every system behind it.',
    zh: '密钥和令牌若以可读文件存放，攻击者只要得到一个文件，就能进入其背后的所有系统。',
  },
  verification: 'both',
  rationale: {
    en: 'MCP configurations collect the credentials of many services. In plain text they leak through repositories, backups, file tools and logs.',
    zh: 'MCP 配置汇集了许多服务的凭据。以明文存放时，它们会通过代码仓库、备份、文件类工具和日志泄露。',
  },
  remedy: {
    en: 'Keep secrets out of configuration files and repositories: refer to a secret store, a variable or a protected file. Give keys and logs mode 0600. Put state, logs and backups on encrypted disks, and rotate what may have leaked.',
    zh: '不要把密钥写进配置文件或代码仓库：引用密钥库、环境变量或受保护的文件。密钥和日志文件的权限设为 0600。状态、日志和备份放在加密磁盘上，并轮换可能已泄露的密钥。',
  },
  gateway: {
    en: 'Stores API keys only as keyed hashes, with mode 0600. Configurations take secrets by reference (`${env:…}`, `${file:…}`), and a warning names secrets that stand in the file or that others can read. It does not encrypt logs or state on the disk: that is left to the disk.',
    zh: 'API key 只以带密钥的散列形式存放，文件权限 0600。配置通过引用（`${env:…}`、`${file:…}`）取得密钥；直接写在文件里的密钥或他人可读的密钥文件会触发警告。日志和状态在磁盘上不加密，由磁盘加密负责。',
  },
  limits: {
    en: 'An encrypted disk does not protect from whoever is logged in to the running machine; a process that uses a secret has it in memory.',
    zh: '磁盘加密防不住已登录运行中机器的人；正在使用密钥的进程，内存中就有该密钥。',
  },
  question: {
    en: 'Where do credentials, logs, state and backups of this deployment lie, and how is each of them encrypted and by whom can it be read?',
    zh: '本部署的凭据、日志、状态和备份存放在哪里？各自如何加密？谁可以读取？',
  },
  evidence: {
    en: 'The configuration of disk or volume encryption, the policy of the secret store, and a dated record of the last rotation of keys.',
    zh: '磁盘或卷加密的配置、密钥库的访问策略，以及最近一次带日期的密钥轮换记录。',
  },
  references: referencesTo({
    'OWASP-MCP': ['MCP01'],
    'OWASP-AISVS': ['C10.2.3'],
    CoSAI: ['MCP-T5'],
    MCP: ['SEC-05', 'ELIC-18', 'MRTR-08'],
    CSA: ['MCP-04'],
    'SAFE-MCP': ['SAFE-T1502', 'SAFE-T1503'],
  }),
};
