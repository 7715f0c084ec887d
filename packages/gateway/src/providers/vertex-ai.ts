import { anthropicMessages, gemini as geminiDialect } from '@fairlead/llm'
import type { LLMProviderSettings } from '@fairlead/snapshot'
import { googleServiceAccount } from '../identity/google-service-account.ts'
import { googleWorkload } from '../identity/google-workload.ts'
import type { IdentityParts } from '../identity/identity-parts.ts'
import { claudeBody } from './claude-body.ts'
import type { ProviderApi, ProviderApis, ProviderType } from './provider-type.ts'
import type { RequestAuthorizer } from './request-authorizer.ts'
import { tokenAuthorizer } from './token-authorizer.ts'

/** https://docs.claude.com/en/api/claude-on-vertex-ai */
const anthropicVersion = 'vertex-2023-10-16'

const claude: ProviderApi = {
  dialect: anthropicMessages,
  encoding: {},
  // `anthropic-beta` stays a header.
  prepare({ basePath, body, headers, model, settings, stream }) {
    const method = stream ? 'streamRawPredict' : 'rawPredict'
    return {
      path: `${basePath}/${modelPath(settings, 'anthropic', model)}:${method}`,
      headers,
      body: claudeBody(body, anthropicVersion),
    }
  },
}

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference */
const gemini: ProviderApi = {
  dialect: geminiDialect,
  encoding: {},
  prepare({ basePath, body, headers, model, settings, stream }) {
    const method = stream ? 'streamGenerateContent?alt=sse' : 'generateContent'
    return {
      path: `${basePath}/${modelPath(settings, 'google', model)}:${method}`,
      headers,
      body,
    }
  },
}

const claudeApis: ProviderApis = [claude]
const geminiApis: ProviderApis = [gemini]

/** A model's resource name: of a publisher, or of an endpoint of the project. */
function modelPath({ vertex }: LLMProviderSettings, publisher: string, model: string): string {
  const { location = '', project = '' } = vertex ?? {}
  const parent = `projects/${encodeURIComponent(project)}/locations/${location}`
  const endpoint = /^endpoints\/([^/]+)$/.exec(model)?.[1]
  return endpoint === undefined
    ? `${parent}/publishers/${publisher}/models/${encodeURIComponent(model)}`
    : `${parent}/endpoints/${encodeURIComponent(endpoint)}`
}

/** Claude and Gemini on Google's Vertex AI; a tuned Gemini is an endpoint. */
export const vertexAi: ProviderType = {
  type: 'VertexAI',
  remote: true,
  address: undefined,
  addressOf: (location) => `https://${hostOf(location)}/v1`,
  identityHosts: ['googleapis.com'],
  versionPath: '/v1',
  presets: new Map(),
  telemetryName: 'gcp.vertex_ai',
  catalogueVendor: 'google-vertex',
  needsCredential: true,
  apisOf: (model) => (model.startsWith('claude') ? claudeApis : geminiApis),
  createAuthorizer: authorizerOf,
}

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/learn/locations */
function hostOf(location: string): string {
  switch (location) {
    case 'global':
      return 'aiplatform.googleapis.com'
    case 'us':
    case 'eu':
      return `aiplatform.${location}.rep.googleapis.com`
    default:
      return `${location}-aiplatform.googleapis.com`
  }
}

function authorizerOf(_settings: LLMProviderSettings, parts: IdentityParts): RequestAuthorizer {
  return tokenAuthorizer(
    (key) => (key === undefined ? googleWorkload(parts) : googleServiceAccount(key, parts)),
    parts.clock,
  )
}
