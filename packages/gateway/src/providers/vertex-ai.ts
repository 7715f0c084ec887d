import { anthropicMessages } from '@fairlead/llm'
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
    const { project = '', location = '' } = settings.vertex ?? {}
    const parent = `${basePath}/projects/${encodeURIComponent(project)}/locations/${location}`
    const method = stream ? 'streamRawPredict' : 'rawPredict'
    return {
      path: `${parent}/publishers/anthropic/models/${encodeURIComponent(model)}:${method}`,
      headers,
      body: claudeBody(body, anthropicVersion),
    }
  },
}

const apis: ProviderApis = [claude]

/** Claude on Google's Vertex AI. */
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
  apisOf: () => apis,
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
