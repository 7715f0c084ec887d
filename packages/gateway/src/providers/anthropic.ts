import { anthropicMessages } from '@fairlead/llm'
import type { OutgoingHttp, OutgoingRequest, ProviderApis, ProviderType } from './provider-type.ts'

/**
 * https://docs.anthropic.com/en/api/versioning: for callers of other dialects. One who speaks this
 * dialect says itself which version it was written for.
 */
const apiVersion = '2023-06-01'

const apis: ProviderApis = [
  {
    dialect: anthropicMessages,
    encoding: {},
    prepare: (request, credential) => messagesRequest(request, '/messages', credential),
    prepareCount: (request, credential) =>
      messagesRequest(request, '/messages/count_tokens', credential),
  },
]

function messagesRequest(
  { basePath, headers, body }: OutgoingRequest,
  path: string,
  credential: string | undefined,
): OutgoingHttp {
  if (!headers.includes('anthropic-version')) headers.push('anthropic-version', apiVersion)
  if (credential !== undefined) headers.push('x-api-key', credential)
  return { path: basePath + path, headers, body }
}

/** https://docs.anthropic.com/en/api/messages */
export const anthropic: ProviderType = {
  type: 'Anthropic',
  remote: true,
  address: 'https://api.anthropic.com/v1',
  versionPath: '/v1',
  presets: new Map(),
  catalogueVendor: 'anthropic',
  telemetryName: 'anthropic',
  needsCredential: true,
  callerKeyHeaders: ['x-api-key', 'authorization'],
  apisOf: () => apis,
}
