import type { Capabilities } from '../capabilities.ts'

/** Capabilities of a data plane for tests; the real ones are composed by the command line. */
export const testCapabilities: Capabilities = {
  providerTypes: [
    {
      type: 'OpenAI',
      remote: true,
      address: 'https://api.openai.com/v1',
      versionPath: '/v1',
      presets: new Map(),
    },
    {
      type: 'AzureOpenAI',
      remote: true,
      address: undefined,
      addressOf: (resource) => `https://${resource}.azure.test`,
      identityHosts: ['azure.test'],
      versionPath: '',
      presets: new Map(),
    },
    {
      type: 'OpenAICompatible',
      remote: true,
      address: undefined,
      versionPath: undefined,
      presets: new Map([
        ['edge', 'https://{account}.edge.test/v1'],
        ['groq', 'https://api.groq.com/openai/v1'],
      ]),
    },
    {
      type: 'Anthropic',
      remote: true,
      address: 'https://api.anthropic.com/v1',
      versionPath: '/v1',
      presets: new Map(),
    },
    {
      type: 'Ollama',
      remote: true,
      address: 'http://127.0.0.1:11434/v1',
      versionPath: '/v1',
      presets: new Map(),
    },
    {
      type: 'Simulator',
      remote: false,
      address: undefined,
      versionPath: undefined,
      presets: new Map(),
    },
  ],
  ownSegments: ['v1', 'prompts'],
  conversationStoreTypes: ['Memory', 'SQLite'],
  routingStrategies: ['Weighted', 'Priority'],
  historyModes: ['Full', 'LastTurns'],
}
