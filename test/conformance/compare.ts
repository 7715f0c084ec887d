import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
import { isJsonObject, objectOrEmpty } from '@fairlead/base'
import type { PlayedAnswer } from './connection.ts'
import { normalise } from './normalise.ts'
import type { RecordedAnswer } from './recordings.ts'

/**
 * `wording`: status and reason agree, but not what the message says. `body`: the status agrees, but
 * not the rest.
 */
export type Verdict = 'same' | 'wording' | 'body' | 'status'

/** A place in an answer, as a path; absent on one side is `undefined`. */
export interface Difference {
  readonly path: string
  readonly wanted: unknown
  readonly got: unknown
}

/** Compares what was recorded with what was answered now. */
export function compare(
  wanted: RecordedAnswer,
  got: PlayedAnswer,
): { readonly verdict: Verdict; readonly differences: readonly Difference[] } {
  const differences = [...differencesOf(wanted, got)]
  if (wanted.status !== got.status) return { verdict: 'status', differences }
  if (differences.length === 0) return { verdict: 'same', differences }
  const isWording = differences.every(({ path }) => /^\.(?:message$|details\.causes)/.test(path))
  if (!isWording) return { verdict: 'body', differences }
  return isSameInAnyOrder(wanted.body, got.body)
    ? { verdict: 'same', differences: [] }
    : { verdict: 'wording', differences }
}

/** Go finds the faults of the fields of a custom resource in no order, since they are in a map. */
function isSameInAnyOrder(wanted: unknown, got: unknown): boolean {
  return isDeepStrictEqual(faultsOf(wanted), faultsOf(got))
}

function faultsOf(status: unknown): unknown {
  const { message, details } = objectOrEmpty(normalise(status))
  const { causes } = objectOrEmpty(details)
  return [
    String(message)
      .split(/[[\],\s]+/)
      .toSorted(),
    Array.isArray(causes) ? causes.map((cause) => JSON.stringify(cause)).toSorted() : [],
  ]
}

function* differencesOf(wanted: RecordedAnswer, got: PlayedAnswer): Generator<Difference> {
  yield* difference('$status', wanted.status, got.status)
  if (wanted.compare === 'message') {
    const recorded = messageOf(wanted.body)
    if (wanted.status >= 400) yield* difference('.message', recorded, messageOf(got.body))
    return
  }
  const warning =
    wanted.warningsKept === 'last' ? got.warnings.at(-1) : got.warnings.join(', ') || undefined
  yield* difference('$warning', wanted.warning, warning)
  if (wanted.contentType !== undefined) {
    yield* difference('$contentType', wanted.contentType, got.contentType)
  }
  if (wanted.compare === 'all') {
    yield* deepDifferences('', comparable(wanted.body, wanted), comparable(got.body, wanted))
  }
}

function messageOf(body: unknown): unknown {
  return isJsonObject(body) ? normalise(body['message']) : undefined
}

/** Of protobuf that was recorded as text, only what is text can be compared. */
function comparable(body: unknown, { contentType }: RecordedAnswer): unknown {
  if (typeof body !== 'string') return normalise(body)
  if (contentType?.includes('protobuf') === true) {
    const texts = body.match(/[\u0020-\u007e]{4,}/g) ?? []
    // Resource versions run together with what follows them.
    return texts.filter((each) => !/^\d+$/.test(each)).map((each) => normalise(each))
  }
  if (contentType === 'application/yaml') return normalise(parse(body))
  const lines = body.split('\n').filter((line) => line !== '')
  try {
    return lines.map((line) => normalise(JSON.parse(line)))
  } catch {
    return lines.map((line) => normalise(line))
  }
}

function* deepDifferences(path: string, wanted: unknown, got: unknown): Generator<Difference> {
  if (Array.isArray(wanted) && Array.isArray(got)) {
    for (let index = 0; index < Math.max(wanted.length, got.length); index++) {
      yield* deepDifferences(`${path}[${index}]`, wanted[index], got[index])
    }
  } else if (isJsonObject(wanted) && isJsonObject(got) && !('rawJSON' in wanted)) {
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(got)])) {
      yield* deepDifferences(`${path}.${key}`, wanted[key], got[key])
    }
  } else yield* difference(path, wanted, got)
}

function* difference(path: string, wanted: unknown, got: unknown): Generator<Difference> {
  if (!isDeepStrictEqual(wanted, got)) yield { path, wanted, got }
}
