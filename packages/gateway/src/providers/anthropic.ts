import { anthropicMessages } from '@fairlead/llm'
import type { ProviderApis, ProviderType } from './provider-type.ts'

/**
 * https://docs.anthropic.com/en/api/versioning: for callers of other dialects. One who speaks this
 * dialect says itself which version it was written for.
 */
const apiVersion = '2023-06-01'

const apis: ProviderApis = [
  {
    dialect: anthropicMessages,
    encoding: {},
    prepare({ basePath, headers, body }, credential) {
      if (!headers.includes('anthropic-version')) headers.push('anthropic-version', apiVersion)
      if (credential !== undefined) headers.push('x-api-key', credential)
      return { path: `${basePath}/messages`, headers, body }
    },
  },
]

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
