import { createHash } from 'node:crypto'
import { isJsonObject, type JsonObject, numberOrUndefined, stringOrUndefined } from '@fairlead/base'
import type { EpochSummary } from '../turns/conversation.ts'
import type { LeftOutTurns } from '../turns/turn.ts'

/** The kind of record that summaries are kept as; its owner is the conversation. */
export const summaryKind = 'summary'

/** A summary as it is kept, with where it comes from. */
export interface KeptSummary extends EpochSummary {
  readonly state: 'ready'
  /** The summary that it goes on from; none for the first. */
  readonly children: readonly string[]
  /** Digest of all that was asked for it. */
  readonly input_hash: string
  /** Digest of the instructions. */
  readonly prompt_hash: string
  /** The model that wrote it. */
  readonly model: string
  /** Unix seconds. */
  readonly created_at: number
}

/** One that is being made, or could not be. */
export interface SummaryAttempt {
  readonly state: 'making' | 'failed'
  /** Unix milliseconds: until then nobody else begins it. */
  readonly until_ms: number
  /** How many there have been. */
  readonly attempts: number
  /** In words, without anything secret; null where none is known. */
  readonly problem: string | null
}

/**
 * Says that an item is about to be deleted, or has been, with the summaries that may tell of it. While
 * it is there, those are not used, and none is made.
 */
export interface DeletionMark {
  readonly state: 'deleting'
  /** The id of the item. */
  readonly item: string
  /** Summaries of turns from this `seq` on may tell of it. */
  readonly from_seq: number
  /** The turns that have it; none in marks of versions that did not say so. */
  readonly seqs: readonly number[]
  /** Unix milliseconds: whoever deletes it has given up by then. */
  readonly until_ms: number
}

/** The id of the record that marks a deletion: one for each item. */
export function deletionId(item: string): string {
  return `del_${createHash('sha256').update(item).digest('hex').slice(0, 32)}`
}

/** The id of the record for a path that ends with a turn: in their order, ids follow `seq`. */
export function summaryId(toSeq: number, inputHash: string): string {
  return `sum_${String(toSeq).padStart(10, '0')}_${inputHash.replace(/^sha256:/, '').slice(0, 24)}`
}

/** Reads what a record has; undefined for what no version of this program wrote. */
export function readSummary(
  body: JsonObject,
): KeptSummary | SummaryAttempt | DeletionMark | undefined {
  const { state } = body
  if (state === 'deleting') {
    return {
      state,
      item: stringOrUndefined(body['item']) ?? '',
      from_seq: numberOrUndefined(body['from_seq']) ?? 0,
      seqs: numbersOf(body['seqs']),
      until_ms: numberOrUndefined(body['until_ms']) ?? 0,
    }
  }
  if (state === 'making' || state === 'failed') {
    return {
      state,
      until_ms: numberOrUndefined(body['until_ms']) ?? 0,
      attempts: numberOrUndefined(body['attempts']) ?? 1,
      problem: stringOrUndefined(body['problem']) ?? null,
    }
  }
  const texts = ['id', 'text', 'from', 'to', 'input_hash', 'prompt_hash', 'model']
  const numbers = ['to_seq', 'turns', 'tokens', 'level', 'created_at']
  const isWhole =
    state === 'ready' &&
    texts.every((name) => typeof body[name] === 'string') &&
    numbers.every((name) => typeof body[name] === 'number') &&
    (body['left_out'] === null || isJsonObject(body['left_out'])) &&
    Array.isArray(body['children'])
  return isWhole ? (body as unknown as KeptSummary) : undefined
}

function numbersOf(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'number') : []
}

/** What an epoch has of a summary. */
export function epochSummary(kept: KeptSummary): EpochSummary {
  const { id, text, from, to, to_seq, turns, tokens, level, left_out } = kept
  return { id, text, from, to, to_seq, turns, tokens, level, left_out }
}

/** Whether two turns leave the same turns out of their prompts. */
export function leavesOutTheSame(one: LeftOutTurns | null, other: LeftOutTurns | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
