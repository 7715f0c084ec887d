import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { constants, createGzip } from 'node:zlib'

import type { Clock } from '@fairlead/base'

import type { AnswerParts, EncodedAnswer } from './encode-answer.ts'
import { warningHeader } from './warning-header.ts'

/** A client that takes no byte of an answer for this long is gone. */
const answerStallMs = 60_000
/** A long answer must be taken within this time, as a request of kube-apiserver is cut off after it. */
const answerDeadlineMs = 60_000
/** As defaultGzipThresholdBytes in apiserver's writers.go. */
const uncompressedBytesMax = 128 * 1024

/**
 * Sends an answer; a long one compressed, if the client takes that. What comes in parts is made as the
 * client takes it: what is left when the time has passed, or the client is gone, is never made.
 */
export function sendAnswer(
  response: ServerResponse,
  answer: EncodedAnswer,
  warnings: readonly string[],
  clock: Pick<Clock, 'setTimer'>,
): void | Promise<void> {
  const { status, body } = answer
  const headers = {
    'cache-control': 'no-cache, private',
    ...answer.headers,
    ...warningHeader(warnings),
  }
  response.setTimeout(answerStallMs, () => response.destroy())
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) {
    return sendParts(response, { ...answer, body, headers }, clock)
  }
  const bytes = Buffer.from(body)
  if (answer.mayCompress && bytes.length > uncompressedBytesMax) {
    return sendParts(response, { ...answer, body: [bytes], headers }, clock)
  }
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) })
  response.end(bytes)
}

async function sendParts(
  response: ServerResponse,
  {
    status,
    headers,
    body,
    mayCompress,
  }: Pick<EncodedAnswer, 'status' | 'mayCompress'> & {
    readonly headers: Readonly<Record<string, string | string[]>>
    readonly body: AnswerParts
  },
  clock: Pick<Clock, 'setTimer'>,
): Promise<void> {
  const { start, rest } = await startOf(body)
  const isCompressed = mayCompress && start.length > uncompressedBytesMax
  if (rest === undefined && !isCompressed) {
    response.writeHead(status, { ...headers, 'content-length': String(start.length) })
    response.end(start)
    return
  }
  response.writeHead(status, isCompressed ? { ...headers, ...compressed(headers) } : headers)
  const deadline = clock.setTimer(answerDeadlineMs, () => response.destroy())
  const parts = followedBy(start, rest)
  try {
    if (isCompressed) await pipeline(parts, fastGzip(), response)
    else await pipeline(parts, response)
  } catch (error) {
    // Half an answer must not look like a whole one.
    if (!response.destroyed) response.destroy()
    if (!isClosedEarly(error)) throw error
  } finally {
    deadline.cancel()
  }
}

type Part = string | Buffer
type PartIterator = Iterator<Part> | AsyncIterator<Part>

/** So much of an answer as tells whether it is long, and what follows, if anything may. */
async function startOf(
  parts: AnswerParts,
): Promise<{ readonly start: Buffer; readonly rest?: PartIterator }> {
  const iterator: PartIterator =
    Symbol.asyncIterator in parts ? parts[Symbol.asyncIterator]() : parts[Symbol.iterator]()
  const read: Buffer[] = []
  let length = 0
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    const part = typeof next.value === 'string' ? Buffer.from(next.value) : next.value
    read.push(part)
    length += part.length
    if (length > uncompressedBytesMax) return { start: Buffer.concat(read), rest: iterator }
  }
  return { start: Buffer.concat(read) }
}

async function* followedBy(start: Buffer, rest: PartIterator | undefined): AsyncGenerator<Part> {
  yield start
  if (rest === undefined) return
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

/** As gzip in kube-apiserver: what compresses better takes much longer. */
function fastGzip() {
  return createGzip({ level: constants.Z_BEST_SPEED })
}

function compressed({ vary }: Readonly<Record<string, string | string[]>>) {
  const known = vary === undefined ? [] : [vary].flat()
  return { 'content-encoding': 'gzip', vary: [...known, 'Accept-Encoding'].join(', ') }
}

function isClosedEarly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}
