import { createReadStream, createWriteStream, existsSync, statSync, truncateSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { UsageError } from '../usage-error.ts'

/** Where an export goes on. */
interface ExportStart {
  /** The last conversation that the file has whole; undefined for none. */
  readonly after: { readonly tenant: string; readonly id: string } | undefined
  /** How many it has whole. */
  readonly conversations: number
}

const ended = Buffer.from('{"object":"stored.end"')

/**
 * The file of an export, which only its owner may read. An earlier one is refused, or, to go on with
 * it, cut behind its last whole conversation.
 */
export async function openExportFile(
  path: string,
  goesOn: boolean,
): Promise<ExportStart & { readonly file: Writable }> {
  if (!existsSync(path)) {
    return { file: created(path, 'wx'), after: undefined, conversations: 0 }
  }
  if (!goesOn) {
    throw new UsageError(`${path} exists: name another file, or go on with it by --resume`)
  }
  if (!statSync(path).isFile()) throw new UsageError(`${path} is no file`)
  const { bytes, ...start } = await wholeConversations(path)
  truncateSync(path, bytes)
  return { file: created(path, 'a'), ...start }
}

function created(path: string, flags: 'wx' | 'a'): Writable {
  return createWriteStream(path, { flags, mode: 0o600, flush: true })
}

/** Looks at the beginnings of lines alone: those of turns may be long. */
async function wholeConversations(path: string): Promise<ExportStart & { readonly bytes: number }> {
  let line: Buffer[] = []
  let lineBytes = 0
  let at = 0
  let found: Pick<ExportStart, 'after'> & { readonly bytes: number } = {
    after: undefined,
    bytes: 0,
  }
  let conversations = 0
  const endLine = () => {
    const text = Buffer.concat(line)
    if (text.subarray(0, ended.length).equals(ended)) {
      const { tenant, id } = JSON.parse(text.toString()) as { tenant: string; id: string }
      found = { after: { tenant, id }, bytes: at }
      conversations += 1
    }
    line = []
    lineBytes = 0
  }
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let from = 0; from < chunk.length;) {
      const next = chunk.indexOf(10, from)
      const to = next === -1 ? chunk.length : next
      if (lineBytes < 4096) line.push(chunk.subarray(from, Math.min(to, from + 4096)))
      lineBytes += to - from
      at += (next === -1 ? to : to + 1) - from
      from = to + 1
      if (next !== -1) endLine()
    }
  }
  return { ...found, conversations }
}
