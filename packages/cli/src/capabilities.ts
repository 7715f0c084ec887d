import type { Capabilities } from '@fairlead/snapshot'

/**
 * Addresses of vendors and servers with an OpenAI-compatible API, by the name that
 * `LLMProvider.spec.preset` takes. Each includes its version segment, as the vendor documents it
 * for OpenAI's SDKs; the local ones are the servers' default ports.
 */
const presets: ReadonlyMap<string, string> = new Map([
  ['cerebras', 'https://api.cerebras.ai/v1'],
  ['deepinfra', 'https://api.deepinfra.com/v1/openai'],
  ['deepseek', 'https://api.deepseek.com/v1'],
  ['fireworks', 'https://api.fireworks.ai/inference/v1'],
  ['groq', 'https://api.groq.com/openai/v1'],
  ['lmstudio', 'http://127.0.0.1:1234/v1'],
  ['mistral', 'https://api.mistral.ai/v1'],
  ['nvidia', 'https://integrate.api.nvidia.com/v1'],
  ['openrouter', 'https://openrouter.ai/api/v1'],
  ['perplexity', 'https://api.perplexity.ai'],
  ['sambanova', 'https://api.sambanova.ai/v1'],
  ['together', 'https://api.together.xyz/v1'],
  ['vllm', 'http://127.0.0.1:8000/v1'],
  ['xai', 'https://api.x.ai/v1'],
])

/**
 * What this build can do: handed to both planes, so that what is served, what conditions say and what
 * the documents list are one thing.
 */
export const capabilities: Capabilities = {
  providerTypes: [
    {
      type: 'OpenAI',
      remote: true,
      address: 'https://api.openai.com/v1',
      versionPath: '/v1',
      presets: new Map(),
    },
    {
      type: 'OpenAICompatible',
      remote: true,
      address: undefined,
      versionPath: undefined,
      presets: presets,
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
  conversationStoreTypes: ['Memory', 'SQLite'],
  routingStrategies: ['Weighted', 'Priority'],
  historyModes: ['Full', 'LastTurns'],
}
