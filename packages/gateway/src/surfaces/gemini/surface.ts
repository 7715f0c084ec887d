import { gemini as geminiDialect, geminiJsonArray } from '@fairlead/llm'
import { readChatRequest } from '../../call/read-chat-request.ts'
import type { Surface, SurfaceRoute } from '../surface.ts'
import { countTokens } from './count-tokens.ts'
import { getModel, listModels } from './models.ts'

/** Google's own versions; `v1` is the older, without what is new. */
const versions = ['v1beta', 'v1', 'v1alpha']

/** The collections that models are in, and what precedes their names for the gateway. */
const collections = [
  ['models', ''],
  ['tunedModels', 'tunedModels/'],
] as const

/** Google's Gemini API: https://ai.google.dev/api/generate-content */
export const gemini: Surface = {
  name: 'gemini',
  dialect: geminiDialect,
  keyParameter: 'key',
  routes: [
    ...versions.flatMap((version) =>
      collections.flatMap(([collection, prefix]) => {
        const path = `/${version}/${collection}/{model...}`
        return [
          generate(`${path}:generateContent`, prefix, false),
          generate(`${path}:streamGenerateContent`, prefix, true),
          { method: 'POST', path: `${path}:countTokens`, answer: countTokens } as const,
        ]
      }),
    ),
    // Under `v1` these paths are OpenAI's.
    { method: 'GET', path: '/v1beta/models', answer: listModels },
    { method: 'GET', path: '/v1beta/models/{model...}', answer: getModel },
  ],
}

function generate(path: string, prefix: string, stream: boolean): SurfaceRoute {
  return {
    method: 'POST',
    path,
    ...(stream
      ? { dialectOf: (query) => (query.get('alt') === 'sse' ? geminiDialect : geminiJsonArray) }
      : {}),
    reader:
      ({ caller, dialect, http, runtime, services }, parameters) =>
      (body) => {
        const { headers } = http.request
        const model = prefix + (parameters['model'] ?? '')
        const sender = { caller, dialect, headers, runtime, services }
        return readChatRequest(body, sender, { model, stream })
      },
  }
}
