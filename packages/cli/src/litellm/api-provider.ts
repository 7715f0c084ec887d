import { presets } from '@fairlead/llm'
import type { ConfigSection } from './config-section.ts'
import { apiKeyOf, credentialsOf } from './provider-credentials.ts'
import type { ProviderDraft, ProviderSpec } from './provider-draft.ts'
import { nameOf } from './names.ts'
import type { SecretBook } from './secret-book.ts'
import { serverAddress } from './server-address.ts'
import type { Vendor } from './vendors.ts'

/** A provider that is called with a key, or with none. */
export function apiProvider(
  vendor: Vendor,
  model: string,
  params: ConfigSection,
  secrets: SecretBook,
): ProviderDraft {
  const value = params.take('api_base') ?? params.take('base_url')
  const address = value === undefined ? vendor.baseURL : serverAddress(value)
  const served = value === undefined ? serverOf(vendor) : serverAt(vendor, address ?? '', model)
  const isElsewhere = value !== undefined && served.type === 'OpenAICompatible'
  const named = served.type === 'OpenAICompatible' ? vendor.name : (served.type ?? vendor.name)
  const hint = nameOf(served.preset ?? (isElsewhere ? hostNameOf(address ?? '') : named))
  const variable = isElsewhere && vendor.name === 'openai' ? undefined : vendor.variable
  const baseURL = served.baseURL ?? address
  return {
    hint,
    model,
    spec: {
      type: served.type,
      ...(served.preset === undefined ? {} : { preset: served.preset }),
      ...(baseURL === undefined || isDefaultAddress(served, baseURL) ? {} : { baseURL }),
      ...credentialsOf(apiKeyOf(params, hint, variable, secrets)),
    },
  }
}

type Server = Pick<ProviderSpec, 'type' | 'preset' | 'baseURL'>

/** At the vendor's own address. */
function serverOf({ type, preset, name }: Vendor): Server {
  if (name === 'azure_ai') return { type, baseURL: 'https://azure-ai-api-base.invalid' }
  const address = presets.get(preset ?? '')?.address
  const isTemplate = address?.includes('{') === true
  return {
    type,
    ...(preset === undefined ? {} : { preset }),
    ...(isTemplate ? { baseURL: `https://${nameOf(name)}-api-base.invalid` } : {}),
  }
}

/** What stands at another address: servers that speak OpenAI's API, or the vendor's own behind a proxy. */
function serverAt({ type, preset, name }: Vendor, address: string, model: string): Server {
  if (name === 'azure_ai') return foundryAt(address, model)
  if (type === 'OpenAI') {
    return /^https:\/\/api\.openai\.com(\/v1)?$/.test(address)
      ? { type }
      : { type: 'OpenAICompatible' }
  }
  if (name === 'huggingface') {
    return { type, preset: 'tgi', baseURL: hasPath(address) ? address : `${address}/v1` }
  }
  // LiteLLM adds /v1/messages to whatever it is given.
  if (type === 'Anthropic' && !address.endsWith('/v1') && hasPath(address)) {
    return { type, baseURL: `${address}/v1` }
  }
  return { type, ...(preset === undefined ? {} : { preset }) }
}

/** A Foundry resource serves Claude by Anthropic's API, and all else by OpenAI's. */
function foundryAt(address: string, model: string): Server {
  const origin = URL.parse(address)?.origin ?? address
  if (model.startsWith('claude')) return { type: 'Anthropic', baseURL: `${origin}/anthropic/v1` }
  if (!/\.(services\.ai|openai)\.azure\.com$/.test(origin)) return { type: 'OpenAICompatible' }
  return { type: 'OpenAICompatible', preset: 'azure-foundry', baseURL: `${origin}/openai/v1` }
}

/** The addresses of types that need not be said. */
const typeAddresses: Readonly<Record<string, readonly string[]>> = {
  OpenAI: ['https://api.openai.com', 'https://api.openai.com/v1'],
  Anthropic: ['https://api.anthropic.com', 'https://api.anthropic.com/v1'],
  Cohere: ['https://api.cohere.ai', 'https://api.cohere.com', 'https://api.cohere.ai/v1'],
  Mistral: ['https://api.mistral.ai', 'https://api.mistral.ai/v1'],
}

function isDefaultAddress({ type, preset }: Server, address: string): boolean {
  if (preset !== undefined) return presets.get(preset)?.address === address
  return typeAddresses[type ?? '']?.includes(address) === true
}

function hasPath(address: string): boolean {
  return (URL.parse(address)?.pathname ?? '/') !== '/'
}

function hostNameOf(address: string): string {
  const { hostname, port } = URL.parse(address) ?? { hostname: 'server', port: '' }
  const [first = 'server', second = ''] = hostname.split('.')
  const isNumber = /^\d+$/.test(first)
  const name = isNumber ? hostname : first === 'api' || first === 'www' ? second : first
  return port === '' ? name : `${name}-${port}`
}
