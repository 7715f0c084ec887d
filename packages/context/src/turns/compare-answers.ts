import { shortestBeginning, type AnswerKey } from './item-key.ts'
import type { SentExchange } from './sent-exchange.ts'
import type { LoggedAnswerKey, TurnOutline } from './turn-outline.ts'

/**
 * How far what a caller has of an answer is from what the log has: 0 when they are the same, up to
 * 2 when they differ but are the same answer, undefined when they are not.
 */
export function answerDistance(turn: TurnOutline, sent: SentExchange): number | undefined {
  const { answer, cut } = turn
  const key = sent.answerKey
  if (isNothing(key)) {
    if (!isNothing(answer)) return cut ? 1 : undefined
    return answer.decoration === key.decoration ? 0 : 1
  }
  if (!sameCalls(answer, key, cut) || !sameMedia(answer, key)) return undefined
  if (answer.text === key.text)
    return sameDecoration(answer, key) && sameNumber(answer, key) ? 0 : 1
  return textDistance(answer, sent, cut)
}

/** Whether an answer says enough to be recognised by itself. */
export function isTelling({ length, calls }: AnswerKey): boolean {
  return length >= shortestBeginning || calls.length > 0
}

/** Whether the model said nothing that is compared. */
export function isNothing({ length, calls, media }: AnswerKey): boolean {
  return length === 0 && calls.length === 0 && media.length === 0
}

function textDistance(
  answer: LoggedAnswerKey,
  sent: SentExchange,
  cut: boolean,
): number | undefined {
  const key = sent.answerKey
  const shorter = Math.min(answer.length, key.length)
  const longer = Math.max(answer.length, key.length)
  if (shorter === 0 && key.calls.length > 0 && !cut) return 1.5
  if (shorter < shortestBeginning) return cut ? 2 : undefined
  if (answer.length === key.length && !cut) return undefined
  let length = largestBeginning(shorter)
  const isShared = () => sent.beginning(length) === beginningOf(answer, length)
  // What a caller adds to a cut answer may stand earlier than where the log's form ends.
  while (cut && length > shortestBeginning && !isShared()) length /= 2
  if (!isShared()) return undefined
  const shared = 2 - length / longer
  // The log has no digest of every beginning of its answers; of what was sent, all can be made.
  if (answer.length > key.length || cut) return shared
  return sent.beginning(answer.length) === answer.text ? shared : undefined
}

/** The longest beginning of which the log has a digest. */
function largestBeginning(within: number): number {
  let length = shortestBeginning
  while (length * 2 <= within) length *= 2
  return length
}

function beginningOf(answer: LoggedAnswerKey, length: number): string | undefined {
  if (length === answer.length) return answer.text
  return answer.beginnings[Math.log2(length / shortestBeginning)]
}

/** A cut answer's whole calls may be missing, as the caller may not have seen them. */
function sameCalls(answer: AnswerKey, key: AnswerKey, cut: boolean): boolean {
  if (cut && key.calls.length === 0) return true
  return (
    answer.calls.length === key.calls.length &&
    answer.calls.every((call, index) => call.text === key.calls[index]?.text)
  )
}

function sameNumber(answer: AnswerKey, key: AnswerKey): boolean {
  return answer.calls.length === key.calls.length
}

/** Many clients cannot send back the media that a model made. */
function sameMedia(answer: AnswerKey, key: AnswerKey): boolean {
  return (
    key.media.length === 0 ||
    (answer.media.length === key.media.length &&
      answer.media.every((one, index) => one === key.media[index]))
  )
}

/** Stripped is the same as kept; two that differ are not. */
function sameDecoration(answer: AnswerKey, key: AnswerKey): boolean {
  return answer.decoration === '' || key.decoration === '' || answer.decoration === key.decoration
}
