import { type Vendor, vendors } from './vendors.ts'

/** Who serves a model, and how it is called there. */
export interface VendorModel {
  readonly vendor: Vendor
  /** May have a `*`. */
  readonly model: string
}

/** By what names of models without a vendor LiteLLM knows whose they are. */
const bareNames: readonly (readonly [pattern: RegExp, vendor: string])[] = [
  [/^(gpt-|chatgpt-|o[134](-|$)|codex-|ft:|babbage-|davinci-|computer-use-)/, 'openai'],
  [/^(text-embedding-|dall-e|whisper|tts-|gpt-image|omni-moderation|text-moderation)/, 'openai'],
  [/^claude-/, 'anthropic'],
  [/^gemini-/, 'vertex_ai'],
  [/^(command|rerank-|embed-)/, 'cohere'],
  [/^(mistral|codestral|ministral|magistral|devstral|pixtral|open-mi)/, 'mistral'],
  [/^deepseek-/, 'deepseek'],
  [/^grok-/, 'xai'],
  [/^(anthropic|amazon|meta|cohere|mistral|ai21|deepseek)\..+/, 'bedrock'],
]

/** Parts before a model that choose one of the vendor's APIs and not another model. */
const apiParts: Readonly<Record<string, readonly string[]>> = {
  openai: ['responses', 'chat'],
  azure: ['responses', 'o_series', 'gpt5_series'],
  bedrock: ['converse', 'invoke', 'converse_like'],
  vertex_ai: ['gemini'],
}

/**
 * Reads `vendor/model` as LiteLLM does; a server with an address of its own may be named by the model
 * alone. Undefined where the vendor is not known.
 */
export function vendorModelOf(
  name: string,
  {
    vendor: named,
    hasAddress,
  }: { readonly vendor: string | undefined; readonly hasAddress: boolean },
): VendorModel | undefined {
  const slash = name.indexOf('/')
  const first = slash === -1 ? '' : name.slice(0, slash)
  if (named !== undefined) {
    const vendor = vendors.get(named)
    return (
      vendor && {
        vendor,
        model: modelWithin(vendor, first === named ? name.slice(slash + 1) : name),
      }
    )
  }
  const prefixed = vendors.get(first)
  if (prefixed !== undefined) {
    return { vendor: prefixed, model: modelWithin(prefixed, name.slice(slash + 1)) }
  }
  if (slash !== -1) return undefined
  const bare = bareNames.find(([pattern]) => pattern.test(name.toLowerCase()))?.[1]
  const vendor = vendors.get(bare ?? (hasAddress ? 'openai' : ''))
  return vendor && { vendor, model: name }
}

function modelWithin({ name }: Vendor, model: string): string {
  const slash = model.indexOf('/')
  const parts = Object.hasOwn(apiParts, name) ? (apiParts[name] ?? []) : []
  return slash !== -1 && parts.includes(model.slice(0, slash)) ? model.slice(slash + 1) : model
}

/** Models that nobody chats with, by their names and by LiteLLM's `mode`. */
const otherModels =
  /(^|[/.-])(text-embedding|embed(ding)?s?|dall-e|gpt-image|whisper|tts|moderation|rerank|stable-diffusion|imagen?|sora|transcribe|realtime|veo)([-@:.]|$)|embed/i

/** What a model does that cannot be called here; undefined if it chats or completes. */
export function otherUseOf(model: string, mode: string | undefined): string | undefined {
  if (mode === undefined) return otherModels.test(model) ? 'a model that does not chat' : undefined
  return ['chat', 'completion', 'responses'].includes(mode) ? undefined : `mode ${mode}`
}
