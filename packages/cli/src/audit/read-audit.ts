import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { isJsonObject } from '@fairlead/base'
import type { AuditEvent, AuditTopic } from './audit-event.ts'
import { type AuditFile, auditFilesIn } from './audit-file-names.ts'

/** What is wanted of the audit; undefined wants everything. */
interface AuditQuery {
  /** Unix milliseconds. */
  readonly sinceMs: number | undefined
  readonly consumer: string | undefined
  readonly kind: AuditEvent['kind'] | undefined
}

const dayMs = 24 * 3_600_000

/**
 * The events of a folder in the order of their times. Memory does not grow with their number. A line
 * that was cut by a crash, or is no event, is passed over, and so is a file that is removed before its
 * turn comes. Rejects if the folder or a file cannot be read.
 */
export async function* readAudit(folder: string, query: AuditQuery): AsyncGenerator<AuditEvent> {
  const files = auditFilesIn(await readdir(folder)).filter(
    ({ day }) => Date.parse(day) + dayMs > (query.sinceMs ?? 0),
  )
  const of = (topic: AuditTopic) =>
    eventsIn(
      folder,
      files.filter((file) => file.topic === topic),
      query,
    )
  yield* merged(of('refusals'), of('changes'))
}

async function* eventsIn(
  folder: string,
  files: readonly AuditFile[],
  query: AuditQuery,
): AsyncGenerator<AuditEvent> {
  for (const { name } of files) {
    for await (const line of linesIn(join(folder, name))) {
      const event = eventIn(line)
      if (event !== undefined && isWanted(event, query)) yield event
    }
  }
}

async function* linesIn(path: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(path), crlfDelay: Infinity })
  } catch (error) {
    // The gateway removes old files while they are read.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function eventIn(line: string): AuditEvent | undefined {
  try {
    const value: unknown = JSON.parse(line)
    const isEvent =
      isJsonObject(value) && typeof value['time'] === 'string' && isKind(value['kind'])
    return isEvent ? (value as unknown as AuditEvent) : undefined
  } catch {
    return undefined
  }
}

function isKind(kind: unknown): boolean {
  return kind === 'Refusal' || kind === 'Change' || kind === 'Suppressed'
}

function isWanted(event: AuditEvent, { sinceMs, consumer, kind }: AuditQuery): boolean {
  if (sinceMs !== undefined && Date.parse(event.time) < sinceMs) return false
  if (kind !== undefined && event.kind !== kind) return false
  return consumer === undefined || ('consumer' in event && event.consumer === consumer)
}

async function* merged(
  left: AsyncGenerator<AuditEvent>,
  right: AsyncGenerator<AuditEvent>,
): AsyncGenerator<AuditEvent> {
  let [first, second] = [await left.next(), await right.next()]
  while (first.done !== true && second.done !== true) {
    if (first.value.time <= second.value.time) {
      yield first.value
      first = await left.next()
    } else {
      yield second.value
      second = await right.next()
    }
  }
  if (first.done !== true) yield first.value
  if (second.done !== true) yield second.value
  yield* left
  yield* right
}
