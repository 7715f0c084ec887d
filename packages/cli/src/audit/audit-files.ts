import { appendFile, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Logger } from '@fairlead/base'
import type { AuditEvent, AuditSink, AuditTopic } from './audit-event.ts'
import { type AuditFile, auditFile, auditFilesIn } from './audit-file-names.ts'

/** A topic's share of the bytes is kept in this many files, so that the oldest can be dropped. */
const filesPerTopic = 8
/** Lines that wait for the disk. */
const waitingBytesMax = 1024 * 1024
const dayMs = 24 * 3_600_000

/** How much is kept, and for how long. */
export interface AuditBounds {
  readonly retentionMs: number
  /** Of all files together. */
  readonly maxBytes: number
}

interface AuditFilesOptions {
  /** Made if it is missing. */
  readonly folder: string
  readonly bounds: AuditBounds
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
}

interface Open {
  readonly file: AuditFile
  bytes: number
}

/**
 * The audit as JSON lines in files: one per topic and day, or more when they grow long. The oldest
 * are removed when they are too old, or too many bytes. A disk that takes nothing costs lines, never
 * a call; the log says so once.
 */
export class AuditFiles implements AuditSink {
  readonly #options: AuditFilesOptions
  #bounds: AuditBounds
  #waiting: { readonly topic: AuditTopic; readonly line: string }[] = []
  #waitingBytes = 0
  #writing: Promise<void> | undefined
  readonly #open = new Map<AuditTopic, Open>()
  #lost = 0
  #isFailing = false

  constructor(options: AuditFilesOptions) {
    this.#options = options
    this.#bounds = options.bounds
  }

  /** Takes effect with the next file, at the latest with the next day. */
  bound(bounds: AuditBounds): void {
    this.#bounds = bounds
  }

  write(topic: AuditTopic, events: readonly AuditEvent[]): void {
    for (const event of events) {
      const line = `${JSON.stringify(event)}\n`
      if (this.#waitingBytes + line.length > waitingBytesMax) {
        this.#lost += 1
        continue
      }
      this.#waiting.push({ topic, line })
      this.#waitingBytes += line.length
    }
    this.#writing ??= this.#writeAll()
  }

  async close(): Promise<void> {
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting
      this.#waiting = []
      this.#waitingBytes = 0
      for (const topic of ['refusals', 'changes'] as const) {
        const own = lines.filter((one) => one.topic === topic)
        if (own.length > 0) await this.#append(topic, own)
      }
    }
    this.#writing = undefined
  }

  async #append(topic: AuditTopic, lines: readonly { readonly line: string }[]): Promise<void> {
    const { folder, logger } = this.#options
    const bytes = Buffer.from(lines.map(({ line }) => line).join(''))
    try {
      const open = await this.#fileFor(topic, bytes.length)
      await appendFile(join(folder, open.file.name), bytes, { mode: 0o600 })
      open.bytes += bytes.length
      if (this.#isFailing) logger.info({ lost: this.#lost }, 'the audit is written again')
      this.#isFailing = false
      this.#lost = 0
    } catch (error) {
      this.#lost += lines.length
      this.#open.delete(topic)
      if (!this.#isFailing) logger.error({ error }, 'the audit cannot be written')
      this.#isFailing = true
    }
  }

  /** The file that takes this many bytes more. */
  async #fileFor(topic: AuditTopic, bytes: number): Promise<Open> {
    const day = new Date(this.#options.clock.now()).toISOString().slice(0, 10)
    const open = this.#open.get(topic) ?? (await this.#newest(topic))
    const hasRoom = open !== undefined && open.bytes + bytes <= this.#fileBytesMax
    if (hasRoom && open.file.day === day) {
      this.#open.set(topic, open)
      return open
    }
    const number = open?.file.day === day ? open.file.number + 1 : 1
    const next = { file: auditFile(topic, day, number), bytes: 0 }
    this.#open.set(topic, next)
    await this.#removeOld(topic, next.file)
    return next
  }

  get #fileBytesMax(): number {
    return Math.floor(this.#bounds.maxBytes / 2 / filesPerTopic)
  }

  async #newest(topic: AuditTopic): Promise<Open | undefined> {
    const { folder } = this.#options
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const file = (await this.#filesOf(topic)).at(-1)
    return file && { file, bytes: (await stat(join(folder, file.name))).size }
  }

  async #filesOf(topic: AuditTopic): Promise<readonly AuditFile[]> {
    const files = auditFilesIn(await readdir(this.#options.folder))
    return files.filter((file) => file.topic === topic)
  }

  /** Leaves room for one file more. */
  async #removeOld(topic: AuditTopic, next: AuditFile): Promise<void> {
    const { clock, folder } = this.#options
    const { maxBytes, retentionMs } = this.#bounds
    let left = maxBytes / 2 - this.#fileBytesMax
    const files = await this.#filesOf(topic)
    for (const { day, name } of files.filter((file) => file.name !== next.name).toReversed()) {
      const path = join(folder, name)
      left -= (await stat(path)).size
      const isOld = Date.parse(day) + dayMs + retentionMs <= clock.now()
      if (left < 0 || isOld) await rm(path)
    }
  }
}
