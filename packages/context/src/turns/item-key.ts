import { createHash, hash } from 'node:crypto'
import { canonicalJson, parseJson } from '@fairlead/base'
import type { ContentPart, FunctionCallItem, Item } from '@fairlead/llm'
import { isCallOutput, isInstruction } from './item-kind.ts'
import { itemText, mediaParts } from './item-text.ts'
import {
  collapsedText,
  normalisedQuestion,
  withoutQuery,
  type NormalisedText,
} from './normalised-text.ts'

/** What an item of the application is compared by. */
export interface QuestionKey {
  /** Equal for two forms of the same item. */
  readonly text: string
  /** Equal when, besides, nothing differs that a model could see. */
  readonly exact: string
  /** Whether it is a system or developer message: interfaces move these about and renew them. */
  readonly aside?: true
}

/** What the model's part of an exchange is compared by, however many items it came in. */
export interface AnswerKey {
  /** In characters of the normalised text of its messages. */
  readonly length: number
  /** Digest of that text; empty when there is none. */
  readonly text: string
  /** Digest of what was stripped from it; empty when nothing was. */
  readonly decoration: string
  readonly calls: readonly CallKey[]
  /** Digests of images, files and sounds that the model made. */
  readonly media: readonly string[]
}

interface CallKey {
  /** The `call_id`. Clients rename calls, so it is not compared. */
  readonly id: string
  /** Digest of the name and the arguments, which are compared as values. */
  readonly text: string
}

/** The shortest beginning, in normalised characters, by which an answer is recognised. */
export const shortestBeginning = 16

/**
 * A digest for comparison within one conversation: 72 bits, so that even among a million messages
 * two different ones are taken for the same once in ten thousand million conversations.
 */
export function textDigest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 12)
}

/** The key of an item that the application said. */
export function questionKey(item: Item): QuestionKey {
  const removed: string[] = []
  const media = mediaParts(item)
    .map((part) => mediaText(part, removed))
    .join('\n')
  const role = item.type === 'message' ? item.role : item.type
  if (item.type === 'fairlead:native') {
    const { cache_control: _cache, ...block } = item.block
    const text = textDigest(`${role}\n${valueText(block)}`)
    return { text, exact: text }
  }
  const said = isCallOutput(item) ? canonicalText(itemText(item)) : itemText(item)
  const normalised = normalisedQuestion(said)
  const text = textDigest(`${role}\n${media}\n${normalised.text}`)
  const name = item.type === 'message' ? (item.name ?? '') : ''
  const exact = [name, ...removed, collapsedText(said)].join('\n')
  return { text, exact: textDigest(exact), ...(isInstruction(item) && { aside: true }) }
}

/**
 * The key of everything that the model said in an exchange; `normalised` is its `answerText`.
 * Reasoning is not compared.
 */
export function answerKeyOf(
  items: readonly Item[],
  { text, decoration }: NormalisedText,
): AnswerKey {
  return {
    length: text.length,
    text: text === '' ? '' : textDigest(text),
    decoration: decoration === '' ? '' : textDigest(decoration),
    calls: items.flatMap((item) => (item.type === 'function_call' ? [callKey(item)] : [])),
    media: items.flatMap((item) => mediaParts(item).map((part) => textDigest(mediaText(part, [])))),
  }
}

/** The text of all messages among the items. */
export function answerText(items: readonly Item[]): string {
  return items.map((item) => (item.type === 'message' ? itemText(item) : '')).join('')
}

/** Digests of a text's beginnings of 16, 32, 64 … characters, the last shorter than the text. */
export function beginningDigests(text: string): readonly string[] {
  const digests: string[] = []
  for (let length = shortestBeginning; length < text.length; length *= 2) {
    digests.push(textDigest(text.slice(0, length)))
  }
  return digests
}

/** Whether the message has neither text nor media: some clients send one beside every call. */
export function isEmptyMessage(item: Item): boolean {
  return item.type === 'message' && mediaParts(item).length === 0 && itemText(item).trim() === ''
}

function callKey(call: FunctionCallItem): CallKey {
  return { id: call.call_id, text: textDigest(`${call.name}\n${canonicalText(call.arguments)}`) }
}

/** Clients serialise JSON again: two texts of the same value are equal. Other text is unchanged. */
function canonicalText(text: string): string {
  if (!/^\s*[[{]/u.test(text)) return text
  try {
    return canonicalJson(parseJson(text))
  } catch {
    return text
  }
}

/** Values that are nested too deeply to be written are all the same. */
function valueText(value: unknown): string {
  try {
    return canonicalJson(value)
  } catch {
    return ''
  }
}

/** What a media part is compared by: a query string, a cache mark and the level of detail are not. */
function mediaText(part: ContentPart, removed: string[]): string {
  if (part.extras?.fields['type'] !== undefined) return valueText(part.extras.fields)
  switch (part.type) {
    case 'input_image':
      return `image ${addressText(part.image_url, removed)}`
    case 'input_file': {
      const { file_id = '', file_data = '', file_url = '' } = part
      return `file ${file_id} ${contentDigest(file_data)} ${addressText(file_url, removed)}`
    }
    case 'input_audio':
      return `audio ${part.format} ${contentDigest(part.data)}`
    case 'output_file':
      return `file ${part.media_type} ${contentDigest(part.data)}`
    default:
      return ''
  }
}

function addressText(url: string, removed: string[]): string {
  return url.startsWith('data:') ? contentDigest(url) : withoutQuery(url, removed)
}

function contentDigest(data: string): string {
  return data === '' ? '' : createHash('sha256').update(data).digest('base64url')
}
