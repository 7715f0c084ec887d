import { openAiChat } from '@fairlead/llm'
import { bearerRequest } from './bearer-request.ts'
import type { ProviderApis, ProviderType } from './provider-type.ts'

const apis: ProviderApis = [
  {
    dialect: openAiChat,
    encoding: { outputLimitField: 'max_completion_tokens' },
    prepare: (request, credential) => bearerRequest(request, '/chat/completions', credential),
  },
]

/** https://platform.openai.com/docs/api-reference/chat */
export const openAi: ProviderType = {
  type: 'OpenAI',
  remote: true,
  address: 'https://api.openai.com/v1',
  versionPath: '/v1',
  presets: new Map(),
  catalogueVendor: 'openai',
  telemetryName: 'openai',
  needsCredential: true,
  apisOf: () => apis,
}
