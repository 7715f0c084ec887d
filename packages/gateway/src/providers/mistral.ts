import {
  openAiChat,
  openAiEmbeddings,
  openAiModerations,
  presets,
  type ServerQuirks,
} from '@fairlead/llm'
import { bearerRequest } from './bearer-request.ts'
import type { ProviderApi, ProviderApis, ProviderType } from './provider-type.ts'

const quirks: ServerQuirks = presets.get('mistral')?.quirks ?? {}
const refused = quirks.refusedParameters ?? []

/** Takes `reasoning_effort`: https://docs.mistral.ai/capabilities/reasoning/adjustable */
const adjustableModels = /^mistral-(?:small-(?:latest|26\d\d|4)|medium-(?:26\d\d|3[-.]5))/
/** Thinks without being told how much, and reads its earlier thinking. */
const thinkingModels = /^magistral-/

const usual = apisWith({ ...quirks, refusedParameters: [...refused, 'reasoning_effort'] })
const thinking = apisWith({
  ...quirks,
  refusedParameters: [...refused, 'reasoning_effort'],
  reasoning: { field: 'thinking_chunks', echo: 'ToolLoop' },
})
const adjustable = apisWith({
  ...quirks,
  reasoning: { field: 'thinking_chunks', echo: 'ToolLoop' },
})

/** Mistral's own API: https://docs.mistral.ai/api/endpoint/chat */
export const mistral: ProviderType = {
  type: 'Mistral',
  remote: true,
  address: 'https://api.mistral.ai/v1',
  versionPath: '/v1',
  presets: new Map(),
  catalogueVendor: 'mistral',
  telemetryName: 'mistral_ai',
  needsCredential: true,
  apisOf(model) {
    if (adjustableModels.test(model)) return adjustable
    return thinkingModels.test(model) ? thinking : usual
  },
}

function apisWith(own: ServerQuirks): ProviderApis {
  const encoding: ProviderApi['encoding'] = { outputLimitField: 'max_tokens', quirks: own }
  return [
    {
      dialect: openAiChat,
      encoding,
      takesCacheKey: true,
      prepare: (request, credential) => bearerRequest(request, '/chat/completions', credential),
    },
    {
      dialect: openAiEmbeddings,
      encoding: {},
      prepare: (request, credential) => bearerRequest(request, '/embeddings', credential),
    },
    {
      dialect: openAiModerations,
      encoding: {},
      prepare: (request, credential) => bearerRequest(request, '/moderations', credential),
    },
  ]
}
