import { openAiChat } from '@fairlead/llm'
import { bearerRequest } from './bearer-request.ts'
import type { ProviderApis, ProviderType } from './provider-type.ts'

/**
 * Addresses of vendors and servers that speak the OpenAI dialect. Each includes its version
 * segment, as the vendor documents it for OpenAI's SDKs; local ones use the server's default port.
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

const apis: ProviderApis = [
  {
    dialect: openAiChat,
    encoding: { outputLimitField: 'max_tokens' },
    prepare: (request, credential) => bearerRequest(request, '/chat/completions', credential),
  },
]

/** Any server that speaks OpenAI's Chat Completions; many support only the older `max_tokens`. */
export const openAiCompatible: ProviderType = {
  type: 'OpenAICompatible',
  remote: true,
  address: undefined,
  versionPath: undefined,
  presets,
  telemetryName: 'openai_compatible',
  needsCredential: false,
  apisOf: () => apis,
}
