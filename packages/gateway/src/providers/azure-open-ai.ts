import {
  type Dialect,
  type EncodeOptions,
  openAiChat,
  openAiEmbeddings,
  openAiResponses,
  spliceTopLevel,
} from '@fairlead/llm'
import type { LLMProviderSettings } from '@fairlead/snapshot'
import { azureClientSecret } from '../identity/azure-application.ts'
import { azureResource } from '../identity/azure-scope.ts'
import { azureWorkload } from '../identity/azure-workload.ts'
import type { IdentityParts } from '../identity/identity-parts.ts'
import type { OutgoingRequest, ProviderApi, ProviderApis, ProviderType } from './provider-type.ts'
import type { RequestAuthorizer } from './request-authorizer.ts'
import { tokenAuthorizer } from './token-authorizer.ts'

/** The last that is no preview: https://learn.microsoft.com/azure/ai-foundry/openai/reference */
const stableVersion = '2024-10-21'

/**
 * Where Azure alone serves models, in its public and sovereign clouds.
 * https://learn.microsoft.com/azure/ai-services/cognitive-services-custom-subdomains
 * https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
 */
const azureHosts = ['com', 'us', 'cn'].flatMap((cloud) => [
  `openai.azure.${cloud}`,
  `cognitiveservices.azure.${cloud}`,
  `services.ai.azure.${cloud}`,
])

const chat = apiOf(openAiChat, 'chat/completions', { outputLimitField: 'max_completion_tokens' })
/** https://learn.microsoft.com/azure/ai-foundry/openai/how-to/responses: at `/openai/v1` only. */
const responses = apiOf(openAiResponses, 'responses', {})

const embeddings = apiOf(openAiEmbeddings, 'embeddings', {})

/** Versions of the other form refuse fields that are newer than they are. */
const v1Apis: ProviderApis = [
  { ...chat, takesCacheKey: true },
  { ...responses, takesCacheKey: true },
  embeddings,
]
const deploymentApis: ProviderApis = [chat, embeddings]

function apiOf(dialect: Dialect, path: string, encoding: EncodeOptions): ProviderApi {
  return {
    dialect,
    encoding,
    prepare(request, credential) {
      const { headers, settings } = request
      const isSecret = settings.azure?.entra !== undefined
      if (credential !== undefined && !isSecret) headers.push('api-key', credential)
      return { ...addressed(request, path), headers }
    },
  }
}

/**
 * Azure OpenAI, by either form of its addresses.
 * https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
 */
export const azureOpenAi: ProviderType = {
  type: 'AzureOpenAI',
  remote: true,
  address: undefined,
  addressOf: (resource) => `https://${resource.toLowerCase()}.openai.azure.com`,
  identityHosts: azureHosts,
  versionPath: '',
  presets: new Map(),
  telemetryName: 'azure.ai.openai',
  catalogueVendor: 'azure',
  needsCredential: true,
  callerKeyHeaders: ['api-key', 'authorization'],
  apisOf: (_model, { azure }) => (azure?.form === 'Deployments' ? deploymentApis : v1Apis),
  createAuthorizer: authorizerOf,
}

function addressed(request: OutgoingRequest, api: string) {
  const { basePath, body, model, settings } = request
  const deployment = deploymentOf(settings, model)
  // The address as it is copied from elsewhere, or the resource alone.
  const resource = basePath.replace(/\/openai(\/v1)?$/, '')
  const version = settings.azure?.apiVersion
  if (settings.azure?.form === 'Deployments') {
    const path = `${resource}/openai/deployments/${encodeURIComponent(deployment)}/${api}`
    return { path: `${path}?api-version=${version ?? stableVersion}`, body }
  }
  const query = version === undefined ? '' : `?api-version=${version}`
  return {
    path: `${resource}/openai/v1/${api}${query}`,
    body:
      deployment === model
        ? body
        : spliceTopLevel(body, { set: { model: JSON.stringify(deployment) } }),
  }
}

function deploymentOf({ models }: LLMProviderSettings, model: string): string {
  return models.find(({ name }) => name === model)?.deployment ?? model
}

/** None for keys, which are sent as they are. */
function authorizerOf(
  settings: LLMProviderSettings,
  parts: IdentityParts,
): RequestAuthorizer | undefined {
  const { authentication, azure, baseURL } = settings
  const resource = azureResource(new URL(baseURL).hostname)
  const entra = azure?.entra
  if (authentication.source === 'WorkloadIdentity') {
    const named = { tenantID: entra?.tenantID, clientID: entra?.clientID }
    return tokenAuthorizer(() => azureWorkload(named, resource, parts), parts.clock)
  }
  if (entra === undefined) return undefined
  const sourceOf = (secret = '') => azureClientSecret({ ...entra, resource }, secret, parts)
  return tokenAuthorizer(sourceOf, parts.clock)
}
