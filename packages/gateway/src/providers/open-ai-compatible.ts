import {
  openAiChat,
  openAiCompletions,
  openAiEmbeddings,
  openAiModerations,
  openAiRerank,
  openAiResponses,
  type Preset,
  presets,
} from '@fairlead/llm'
import type { LLMProviderSettings } from '@fairlead/snapshot'
import { bearerRequest } from './bearer-request.ts'
import type { ProviderApi, ProviderApis, ProviderType } from './provider-type.ts'

/** A server of which nothing is known is asked to complete where its caller asks for that. */
const apis = apisWith({ completions: true }, bearerRequest)

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

/** Chat completions, and what else the server is known to have. */
function apisWith(
  { completions, quirks = {}, responses }: Partial<Preset>,
  addressing: Addressing,
): ProviderApis {
  const encoding = { outputLimitField: 'max_tokens', quirks }
  const at =
    (path: string): ProviderApi['prepare'] =>
    (request, credential) =>
      addressing(request, path, credential)
  return [
    { dialect: openAiChat, encoding, prepare: at('/chat/completions') },
    ...(completions === true
      ? [{ dialect: openAiCompletions, encoding, prepare: at('/completions') }]
      : []),
    ...(responses === true
      ? [{ dialect: openAiResponses, encoding: { quirks }, prepare: at('/responses') }]
      : []),
    { dialect: openAiEmbeddings, encoding: { quirks }, prepare: at('/embeddings') },
    { dialect: openAiModerations, encoding: { quirks }, prepare: at('/moderations') },
    { dialect: openAiRerank, encoding: { quirks }, prepare: at('/rerank') },
  ]
}

function keyInHeader(header: string): Addressing {
  return (request, path, credential) => {
    if (credential !== undefined) request.headers.push(header, credential)
    return bearerRequest(request, path, undefined)
  }
}
