import type { CommandDeclaration } from './declaration.ts'
import { adminURL, dataDirOfRunning, kubeconfigOrRunning, output } from './shared-flags.ts'

export const key: CommandDeclaration = {
  name: 'key',
  summary: 'API keys of Consumers',
  usage: [
    'key create CONSUMER [--name KEY] [--expires 90d] [--hashed | --secret NAME]',
    'key list CONSUMER',
    'key rotate CONSUMER KEY [--overlap 24h] [--expires 90d] [--hashed | --secret NAME]',
    'key revoke CONSUMER KEY',
  ],
  about:
    'CONSUMER is NAME or NS/NAME. Rotating makes a new key, and lets the old one expire after the overlap.',
  takesWords: true,
  firstWords: ['create', 'list', 'rotate', 'revoke'],
  flags: [
    {
      name: 'namespace',
      value: 'NS',
      description: 'namespace of a CONSUMER without one',
      default: 'default',
    },
    {
      name: 'name',
      value: 'KEY',
      description: 'name of the new key within the Consumer',
      default: 'main, or main-2 …',
    },
    {
      name: 'expires',
      value: 'TIME',
      description:
        'how long the new key is good for, such as 90d or 12h, or never; needed to rotate a key that expires',
      default: 'never',
    },
    {
      name: 'hashed',
      description: 'store only the SHA-256 of the key, in the Consumer; it is shown once',
    },
    {
      name: 'secret',
      value: 'NAME',
      description: 'name of the Secret for the key',
      default: 'CONSUMER-key-KEY',
    },
    {
      name: 'overlap',
      value: 'TIME',
      description: 'how long the old key stays good, such as 24h or 0s',
      default: '24h',
    },
    kubeconfigOrRunning,
    { ...adminURL, description: "the gateway's admin port, which knows when keys were used last" },
    dataDirOfRunning,
    output,
  ],
  examples: [
    { does: 'A key for three months', line: 'fairlead key create team-a/app --expires 90d' },
    { does: 'Replace it', line: 'fairlead key rotate team-a/app main --expires 90d' },
  ],
}
