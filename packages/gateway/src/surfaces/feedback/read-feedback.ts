import type { JsonObject } from '@fairlead/base'
import {
  invalidField,
  missingField,
  readNonEmptyString,
  readNumber,
  readOptional,
  readString,
} from '@fairlead/llm'

interface Feedback {
  readonly requestId: string
  /** From 0 to 1000. */
  readonly thousandths: number
  readonly comment: string | undefined
}

const knownFields: readonly string[] = ['request_id', 'score', 'label', 'comment']

/** What labels are worth, in thousandths. */
const labels: ReadonlyMap<string, number> = new Map([
  ['negative', 0],
  ['neutral', 500],
  ['positive', 1000],
])

const idLengthMax = 128
const commentLengthMax = 2000

/** Reads the body of a request. Throws a ModelError that says what is wrong in it. */
export function readFeedback(body: JsonObject): Feedback {
  const unknown = Object.keys(body).find((name) => !knownFields.includes(name))
  if (unknown !== undefined) {
    throw invalidField(
      unknown.slice(0, 64),
      `there is no such field; use ${knownFields.join(', ')}.`,
    )
  }
  const requestId = readOptional(body['request_id'], 'request_id', readNonEmptyString)
  if (requestId === undefined) {
    throw missingField('request_id', 'it is in the header x-fairlead-request-id of the answer')
  }
  const comment = readOptional(body['comment'], 'comment', readString)
  if (comment !== undefined && comment.length > commentLengthMax) {
    throw invalidField('comment', `it has more than ${commentLengthMax} characters.`)
  }
  if (requestId.length > idLengthMax) {
    throw invalidField('request_id', `it has more than ${idLengthMax} characters.`)
  }
  return { requestId, comment, thousandths: readRating(body) }
}

function readRating(body: JsonObject): number {
  const score = readOptional(body['score'], 'score', readNumber)
  const label = readOptional(body['label'], 'label', readString)
  if (score !== undefined && label !== undefined) {
    throw invalidField('label', 'score says it already; give one of the two.')
  }
  if (score !== undefined) {
    const isInRange = score >= 0 && score <= 1
    if (isInRange) return Math.round(score * 1000)
    throw invalidField('score', 'it must be a number from 0 to 1.')
  }
  if (label === undefined) {
    throw missingField(
      'score',
      'give a number from 0 to 1, or a label: positive, neutral, negative',
    )
  }
  const thousandths = labels.get(label)
  if (thousandths !== undefined) return thousandths
  throw invalidField('label', `it must be one of ${[...labels.keys()].join(', ')}.`)
}
