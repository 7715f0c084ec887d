import { openAiChat, type Preset, presets, type ServerQuirks } from '@fairlead/llm'
import type { LLMProviderSettings } from '@fairlead/snapshot'
import { bearerRequest } from './bearer-request.ts'
import type { ProviderApi, ProviderApis, ProviderType } from './provider-type.ts'

const apis = apisWith({}, bearerKey)

/** Any server that speaks OpenAI's Chat Completions; many support only the older `max_tokens`. */
export const openAiCompatible: ProviderType = {
  type: 'OpenAICompatible',
  remote: true,
  address: undefined,
  versionPath: undefined,
  presets: new Map([...presets].map(([name, { address }]) => [name, address])),
  telemetryName: 'openai_compatible',
  needsCredential: false,
  apisOf: () => apis,
  variantFor(settings) {
    const preset = settings.preset === undefined ? undefined : presets.get(settings.preset)
    return preset === undefined ? openAiCompatible : variantOf(preset, settings)
  },
}

/** The type as a known vendor or server has it. */
function variantOf(preset: Preset, { baseURL }: LLMProviderSettings): ProviderType {
  const { authentication = 'Bearer', models, quirks = {}, name, telemetryName = name } = preset
  const header = typeof authentication === 'object' ? authentication.header : undefined
  const own = apisWith(quirks, header === undefined ? bearerKey : keyInHeader(header))
  return {
    ...openAiCompatible,
    telemetryName,
    ...(models === undefined ? {} : { catalogueVendor: models }),
    // At another address there may be a server that is open to all.
    needsCredential: authentication !== 'Optional' && baseURL === preset.address,
    ...(header === undefined ? {} : { callerKeyHeaders: [header, 'authorization'] }),
    apisOf: () => own,
  }
}

function apisWith(quirks: ServerQuirks, prepare: ProviderApi['prepare']): ProviderApis {
  return [{ dialect: openAiChat, encoding: { outputLimitField: 'max_tokens', quirks }, prepare }]
}

function bearerKey(...[request, credential]: Parameters<ProviderApi['prepare']>) {
  return bearerRequest(request, '/chat/completions', credential)
}

function keyInHeader(header: string): ProviderApi['prepare'] {
  return (request, credential) => {
    if (credential !== undefined) request.headers.push(header, credential)
    return bearerRequest(request, '/chat/completions', undefined)
  }
}
