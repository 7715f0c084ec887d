import { ollamaChat, ollamaGenerate, openAiChat, openAiEmbeddings, presets } from '@fairlead/llm'
import { bearerRequest } from './bearer-request.ts'
import type { OutgoingHttp, OutgoingRequest, ProviderApis, ProviderType } from './provider-type.ts'

/** The same servers can be named by a preset of OpenAICompatible. */
const quirks = presets.get('ollama')?.quirks ?? {}

/**
 * Ollama's own API comes first: what OpenAI's dialect has no words for, such as `think` and `format`,
 * is lost in its compatible one. Callers of OpenAI's dialect get that, so that their bytes pass.
 */
const apis: ProviderApis = [
  {
    dialect: ollamaChat,
    encoding: {},
    prepare: (request, credential) => nativeRequest(request, 'chat', credential),
  },
  {
    dialect: openAiChat,
    encoding: { outputLimitField: 'max_tokens', quirks },
    prepare: (request, credential) => bearerRequest(request, '/chat/completions', credential),
  },
  {
    dialect: ollamaGenerate,
    encoding: {},
    prepare: (request, credential) => nativeRequest(request, 'generate', credential),
  },
  {
    dialect: openAiEmbeddings,
    encoding: { quirks },
    prepare: (request, credential) => bearerRequest(request, '/embeddings', credential),
  },
]

/**
 * Ollama: https://github.com/ollama/ollama/blob/main/docs/api.md, and its OpenAI-compatible API:
 * https://github.com/ollama/ollama/blob/main/docs/openai.md
 */
export const ollama: ProviderType = {
  type: 'Ollama',
  remote: true,
  address: 'http://127.0.0.1:11434/v1',
  versionPath: '/v1',
  presets: new Map(),
  apisOf: () => apis,
  telemetryName: 'ollama',
  needsCredential: false,
}

/** The base URL names the compatible API's version; Ollama's own stands beside it. */
function nativeRequest(
  request: OutgoingRequest,
  operation: 'chat' | 'generate',
  credential: string | undefined,
): OutgoingHttp {
  const basePath = request.basePath.replace(/\/v1$/, '')
  return bearerRequest({ ...request, basePath }, `/api/${operation}`, credential)
}
