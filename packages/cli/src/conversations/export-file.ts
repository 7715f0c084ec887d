import { createReadStream, createWriteStream, existsSync, statSync, truncateSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { UsageError } from '../usage-error.ts'

/** Where an export goes on. */
interface ExportStart {
  /** The last conversation that the file has whole; undefined for none. */
  readonly after: { readonly tenant: string; readonly id: string } | undefined
  /** How many it has whole. */
  readonly conversations: number
  /** Opens the file, which until then stays as it is. */
  readonly open: () => Writable
}

const part = Buffer.from('{"object":"stored.')
const begun = Buffer.from('{"object":"stored.conversation"')
const ended = Buffer.from('{"object":"stored.end"')

/**
 * The file of an export, which only its owner may read. An earlier one is refused, or, to go on with
 * it, cut behind its last conversation that is known to be whole. Rejects with a UsageError for a file
 * that is no export.
 */
export async function openExportFile(path: string, goesOn: boolean): Promise<ExportStart> {
  if (!existsSync(path)) {
    return { open: () => created(path, 'wx'), after: undefined, conversations: 0 }
  }
  if (!goesOn) {
    throw new UsageError(`${path} exists: name another file, or go on with it by --resume`)
  }
  if (!statSync(path).isFile()) throw new UsageError(`${path} is no file`)
  const { bytes, ...start } = await wholeConversations(path)
  const open = () => {
    truncateSync(path, bytes)
    return created(path, 'a')
  }
  return { open, ...start }
}

function created(path: string, flags: 'wx' | 'a'): Writable {
  return createWriteStream(path, { flags, mode: 0o600, flush: true })
}

/**
 * Looks at the beginnings of lines alone: those of turns may be long. Records stand behind the end of
 * their conversation, which so is whole where the next one begins.
 */
async function wholeConversations(
  path: string,
): Promise<Omit<ExportStart, 'open'> & { readonly bytes: number }> {
  let line: Buffer[] = []
  let lineBytes = 0
  let lineAt = 0
  let at = 0
  let lastEnd: ExportStart['after']
  let ends = 0
  let found: Omit<ExportStart, 'open'> & { readonly bytes: number } = {
    after: undefined,
    bytes: 0,
    conversations: 0,
  }
  const endLine = () => {
    const text = Buffer.concat(line)
    if (lineAt === 0) refuseOther(path, text)
    if (startsWith(text, ended)) {
      const { tenant, id } = JSON.parse(text.toString()) as { tenant: string; id: string }
      lastEnd = { tenant, id }
      ends += 1
    } else if (startsWith(text, begun) && lastEnd !== undefined) {
      found = { after: lastEnd, bytes: lineAt, conversations: ends }
    }
    line = []
    lineBytes = 0
    lineAt = at
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
  if (lineAt === 0 && at > 0) refuseOther(path, Buffer.concat(line))
  return found
}

/** The first line may be torn. */
function refuseOther(path: string, line: Buffer): void {
  const length = Math.min(part.length, line.length)
  if (length > 0 && startsWith(line, part.subarray(0, length))) return
  throw new UsageError(`${path} is no export of conversations: name another file`)
}

function startsWith(text: Buffer, start: Buffer): boolean {
  return text.subarray(0, start.length).equals(start)
}
