import { openAiChat, openAiResponses, type Preset, presets, type ServerQuirks } from '@fairlead/llm'
import type { LLMProviderSettings } from '@fairlead/snapshot'
import { bearerRequest } from './bearer-request.ts'
import type { ProviderApi, ProviderApis, ProviderType } from './provider-type.ts'

const apis = apisWith({}, bearerRequest)

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
  const { authentication = 'Bearer', models, name, telemetryName = name } = preset
  const header = typeof authentication === 'object' ? authentication.header : undefined
  const own = apisWith(preset, header === undefined ? bearerRequest : keyInHeader(header))
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

/** Addresses a request and puts the key in. */
type Addressing = typeof bearerRequest

/** Chat completions, and Responses where the server is known to have them. */
function apisWith(
  { quirks = {}, responses = false }: { quirks?: ServerQuirks; responses?: boolean },
  addressing: Addressing,
): ProviderApis {
  const chat: ProviderApi = {
    dialect: openAiChat,
    encoding: { outputLimitField: 'max_tokens', quirks },
    prepare: (request, credential) => addressing(request, '/chat/completions', credential),
  }
  if (!responses) return [chat]
  const other: ProviderApi = {
    dialect: openAiResponses,
    encoding: { quirks },
    prepare: (request, credential) => addressing(request, '/responses', credential),
  }
  return [chat, other]
}

function keyInHeader(header: string): Addressing {
  return (request, path, credential) => {
    if (credential !== undefined) request.headers.push(header, credential)
    return bearerRequest(request, path, undefined)
  }
}
