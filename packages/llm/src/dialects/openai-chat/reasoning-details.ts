import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  stringOrUndefined,
} from '@fairlead/base'
import { type SealedText, unwrapSealed } from '../../operations/chat/sealed-text.ts'
import { makerOf } from './reasoning-formats.ts'

/** One entry of reasoning in a message or delta, in whichever of the usual forms. */
export interface ReasoningDetail {
  readonly kind: 'summary' | 'text' | 'sealed'
  /** Empty for what has none. */
  readonly text: string
  readonly seal?: SealedText | undefined
  readonly id?: string | undefined
  /** Entries of a stream with the same one belong together. */
  readonly index?: number | undefined
}

const none: readonly ReasoningDetail[] = []

/**
 * The entries of OpenRouter's `reasoning_details`
 * (https://openrouter.ai/docs/use-cases/reasoning-tokens), of LiteLLM's `thinking_blocks`
 * (https://docs.litellm.ai/docs/reasoning_content), or the seal in `reasoning_signature`; the first
 * of these that the message has.
 */
export function reasoningDetails(message: JsonObject): readonly ReasoningDetail[] {
  const { reasoning_details: details, thinking_blocks: blocks, reasoning_signature: own } = message
  if (Array.isArray(details) && details.length > 0) {
    return details.filter(isJsonObject).flatMap(readDetail)
  }
  if (Array.isArray(blocks) && blocks.length > 0) {
    return arrayOrEmpty(blocks).filter(isJsonObject).flatMap(readBlock)
  }
  const seal = unseal(own, 'anthropic-messages', 'signature')
  return seal === undefined ? none : [{ kind: 'text', text: '', seal }]
}

function readDetail(detail: JsonObject): ReasoningDetail[] {
  const { data, format, id, signature, summary, text, type } = detail
  const index = numberOrUndefined(detail['index'])
  const place = {
    ...(typeof id === 'string' && id !== '' ? { id } : {}),
    ...(index === undefined ? {} : { index }),
  }
  const maker = makerOf(format)
  switch (type) {
    case 'reasoning.summary':
      return [{ kind: 'summary', text: stringOrUndefined(summary) ?? '', ...place }]
    case 'reasoning.text': {
      const seal = unseal(signature, maker, 'signature')
      return [{ kind: 'text', text: stringOrUndefined(text) ?? '', seal, ...place }]
    }
    case 'reasoning.encrypted':
      return [
        { kind: 'sealed', text: '', seal: unseal(data, maker, 'encrypted_content'), ...place },
      ]
    default:
      return []
  }
}

function readBlock({ data, signature, thinking, type }: JsonObject): ReasoningDetail[] {
  const maker = 'anthropic-messages'
  switch (type) {
    case 'thinking': {
      const seal = unseal(signature, maker, 'signature')
      return [{ kind: 'text', text: stringOrUndefined(thinking) ?? '', seal }]
    }
    case 'redacted_thinking':
      return [{ kind: 'sealed', text: '', seal: unseal(data, maker, 'encrypted_content') }]
    default:
      return []
  }
}

/** One that the gateway has not wrapped is its maker's own. */
function unseal(value: unknown, maker: string, field: SealedText['field']): SealedText | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  const sealed = unwrapSealed(value, 'openai-chat', field)
  return sealed.maker === 'openai-chat' ? { ...sealed, maker } : sealed
}
