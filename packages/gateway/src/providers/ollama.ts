import { openAiChat, presets } from '@fairlead/llm'
import { bearerRequest } from './bearer-request.ts'
import type { ProviderApis, ProviderType } from './provider-type.ts'

/** The same servers can be named by a preset of OpenAICompatible. */
const quirks = presets.get('ollama')?.quirks ?? {}

const apis: ProviderApis = [
  {
    dialect: openAiChat,
    encoding: { outputLimitField: 'max_tokens', quirks },
    prepare: (request, credential) => bearerRequest(request, '/chat/completions', credential),
  },
]

/** Ollama's OpenAI-compatible API: https://github.com/ollama/ollama/blob/main/docs/openai.md */
export const ollama: ProviderType = {
  type: 'Ollama',
  remote: true,
  address: 'http://127.0.0.1:11434/v1',
  versionPath: '/v1',
  presets: new Map(),
  telemetryName: 'ollama',
  needsCredential: false,
  apisOf: () => apis,
}
