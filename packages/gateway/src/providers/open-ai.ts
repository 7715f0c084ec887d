import { openAiChat } from '@fairlead/llm'
import { bearerRequest } from './bearer-request.ts'
import type { ProviderType } from './provider-type.ts'

/** https://platform.openai.com/docs/api-reference/chat */
export const openAi: ProviderType = {
  type: 'OpenAI',
  remote: true,
  address: 'https://api.openai.com/v1',
  versionPath: '/v1',
  presets: new Map(),
  dialect: openAiChat,
  encoding: { outputLimitField: 'max_completion_tokens' },
  telemetryName: 'openai',
  needsCredential: true,
  prepare: (request, credential) => bearerRequest(request, '/chat/completions', credential),
}
