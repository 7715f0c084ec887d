import type { JsonObject } from '@fairlead/base'
import type { ReasoningItem } from '../../operations/chat/item.ts'
import { AnswerOutput } from '../../operations/chat/answer-output.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { type ReasoningDetail, reasoningDetails } from './reasoning-details.ts'
import { readVendorContent } from './vendor-content.ts'

type ReasoningEvent = Extract<StreamEvent, { type: 'reasoning-delta' | 'reasoning-end' }>

/** One block of reasoning that may go on. */
interface OpenReasoning {
  /** Its text comes in a field of its own; where details repeat it, they are not read. */
  isPlain: boolean
  hasText: boolean
  textIndex: number | undefined
  summaryIndex: number | undefined
  summaryParts: number
  id: string | undefined
  maker: string | undefined
  signature: string | undefined
  encryptedContent: string | undefined
}

/**
 * Reads the reasoning of deltas, or of one message, into events. A block ends where the next one
 * begins: after a seal, with another id, or with a text of another index.
 */
export class ReasoningReader {
  #open: OpenReasoning | undefined

  read(delta: JsonObject): ReasoningEvent[] {
    const events: ReasoningEvent[] = []
    const { reasoning } = readVendorContent(delta)
    const details = reasoningDetails(delta)
    if (reasoning !== '' && details.every(({ text }) => text === '')) {
      if (this.#open !== undefined && isSealed(this.#open)) events.push(...this.close())
      const open = this.#current()
      open.isPlain = true
      open.hasText = true
      events.push({ type: 'reasoning-delta', text: reasoning })
    }
    for (const detail of details) for (const event of this.#readDetail(detail)) events.push(event)
    return events
  }

  /** Ends the open block, as whatever else an answer consists of does. */
  close(): ReasoningEvent[] {
    const open = this.#open
    if (open === undefined) return []
    this.#open = undefined
    const { encryptedContent, id, maker, signature } = open
    return [
      {
        type: 'reasoning-end',
        ...(id === undefined ? {} : { id }),
        ...(maker === undefined ? {} : { maker }),
        ...(signature === undefined ? {} : { signature }),
        ...(encryptedContent === undefined ? {} : { encryptedContent }),
      },
    ]
  }

  #readDetail(detail: ReasoningDetail): ReasoningEvent[] {
    const ended = this.#open !== undefined && isAnother(detail, this.#open) ? this.close() : []
    const open = this.#current()
    open.id ??= detail.id
    if (detail.seal !== undefined) {
      open.maker = detail.seal.maker
      if (detail.seal.field === 'signature') open.signature = detail.seal.text
      else open.encryptedContent = detail.seal.text
    }
    return [...ended, ...readText(detail, open)]
  }

  #current(): OpenReasoning {
    this.#open ??= {
      isPlain: false,
      hasText: false,
      textIndex: undefined,
      summaryIndex: undefined,
      summaryParts: 0,
      id: undefined,
      maker: undefined,
      signature: undefined,
      encryptedContent: undefined,
    }
    return this.#open
  }
}

function readText({ index, kind, text }: ReasoningDetail, open: OpenReasoning): ReasoningEvent[] {
  if (text === '') return []
  if (kind === 'summary') {
    if (open.summaryParts === 0 || index !== open.summaryIndex) open.summaryParts += 1
    open.summaryIndex = index
    return [{ type: 'reasoning-delta', text, summaryPart: open.summaryParts - 1 }]
  }
  open.textIndex = index
  open.hasText = true
  return open.isPlain ? [] : [{ type: 'reasoning-delta', text }]
}

function isAnother({ id, index, kind, text }: ReasoningDetail, open: OpenReasoning): boolean {
  if (id !== undefined && open.id !== undefined) return id !== open.id
  if (isSealed(open)) return true
  if (text === '' || open.isPlain || !open.hasText) return false
  return kind === 'summary' || index !== open.textIndex
}

function isSealed({ encryptedContent, signature }: OpenReasoning): boolean {
  return signature !== undefined || encryptedContent !== undefined
}

/** The reasoning of one whole message. */
export function readReasoning(message: JsonObject): ReasoningItem[] {
  const reader = new ReasoningReader()
  const output = new AnswerOutput()
  for (const event of [...reader.read(message), ...reader.close()]) output.push(event)
  return output.items('completed').filter((item) => item.type === 'reasoning')
}
