import { cohereChat, cohereEmbeddings, cohereRerank } from '@fairlead/llm'
import { bearerRequest } from './bearer-request.ts'
import type { ProviderApis, ProviderType } from './provider-type.ts'

const apis: ProviderApis = [
  {
    dialect: cohereChat,
    encoding: {},
    prepare: (request, credential) => bearerRequest(request, '/chat', credential),
  },
  {
    dialect: cohereEmbeddings,
    encoding: {},
    prepare: (request, credential) => bearerRequest(request, '/embed', credential),
  },
  {
    dialect: cohereRerank,
    encoding: {},
    prepare: (request, credential) => bearerRequest(request, '/rerank', credential),
  },
]

/** https://docs.cohere.com/reference/chat */
export const cohere: ProviderType = {
  type: 'Cohere',
  remote: true,
  address: 'https://api.cohere.com/v2',
  versionPath: '/v2',
  presets: new Map(),
  catalogueVendor: 'cohere',
  telemetryName: 'cohere',
  needsCredential: true,
  apisOf: () => apis,
}
