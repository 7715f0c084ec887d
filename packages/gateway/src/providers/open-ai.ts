import {
  openAiChat,
  openAiCompletions,
  openAiEmbeddings,
  openAiModerations,
  openAiResponses,
} from '@fairlead/llm'
import { bearerRequest } from './bearer-request.ts'
import type { ProviderApi, ProviderApis, ProviderType } from './provider-type.ts'

const chat: ProviderApi = {
  dialect: openAiChat,
  encoding: { outputLimitField: 'max_completion_tokens' },
  takesCacheKey: true,
  prepare: (request, credential) => bearerRequest(request, '/chat/completions', credential),
}

const responses: ProviderApi = {
  dialect: openAiResponses,
  encoding: {},
  takesCacheKey: true,
  compacts: true,
  prepare: (request, credential) => bearerRequest(request, '/responses', credential),
}

const completions: ProviderApi = {
  dialect: openAiCompletions,
  encoding: {},
  prepare: (request, credential) => bearerRequest(request, '/completions', credential),
}

const embeddings: ProviderApi = {
  dialect: openAiEmbeddings,
  encoding: {},
  prepare: (request, credential) => bearerRequest(request, '/embeddings', credential),
}

const moderations: ProviderApi = {
  dialect: openAiModerations,
  encoding: {},
  prepare: (request, credential) => bearerRequest(request, '/moderations', credential),
}

const usual: ProviderApis = [chat, responses, embeddings, moderations]
const onlyCompletions: ProviderApis = [completions]
const onlyResponses: ProviderApis = [responses]

/** Models that OpenAI's API description lists under `ResponsesOnlyModel`, and their like. */
const responsesOnly =
  /^(?:o\d+(?:-mini)?-(?:pro|deep-research)|computer-use-|gpt-\d+(?:\.\d+)?-(?:pro|codex|cyber)|gpt-daybreak-|codex-)/

/** https://platform.openai.com/docs/models/gpt-3.5-turbo-instruct and its like, also fine-tuned. */
const completionsOnly = /^(?:ft:)?(?:gpt-3\.5-turbo-instruct|davinci-002|babbage-002)/

/** https://platform.openai.com/docs/api-reference */
export const openAi: ProviderType = {
  type: 'OpenAI',
  remote: true,
  address: 'https://api.openai.com/v1',
  versionPath: '/v1',
  presets: new Map(),
  catalogueVendor: 'openai',
  telemetryName: 'openai',
  needsCredential: true,
  apisOf(model) {
    if (completionsOnly.test(model)) return onlyCompletions
    return responsesOnly.test(model) ? onlyResponses : usual
  },
}
