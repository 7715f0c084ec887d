import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { filesMatching, root } from '../../tools/source-tree.ts'

/** A provider's recorded response: a complete body, or the payloads of a stream's events. */
export interface Recording {
  readonly name: string
  readonly body: string | undefined
  readonly payloads: readonly string[]
}

/** Recordings written for this project, from the vendors' documentation. */
export function ownRecordings(vendor: 'openai' | 'anthropic'): Recording[] {
  return filesMatching(`test/fixtures/${vendor}/*`).map((path) => read(join(root, path)))
}

/** Recorded traffic outside the project; empty when FAIRLEAD_CORPORA is not set. */
export function corpusRecordings(folder: 'openai/chat' | 'anthropic'): Recording[] {
  const corpora = process.env['FAIRLEAD_CORPORA']
  if (corpora === undefined) return []
  const paths = globSync(`${corpora}/wire/${folder}/*.{json,chunks.txt}`).toSorted()
  if (paths.length === 0) throw new Error(`FAIRLEAD_CORPORA=${corpora} holds no ${folder}`)
  return paths.map(read)
}

/** One recording per message of a stream: some contain the streams of two calls in sequence. */
export function messagesOf(recording: Recording): Recording[] {
  const messages: string[][] = [[]]
  for (const payload of recording.payloads) {
    messages.at(-1)?.push(payload)
    if (payload.includes('"type":"message_stop"')) messages.push([])
  }
  const whole = messages.filter((payloads) => payloads.length > 0)
  return whole.map((payloads, index) => ({
    ...recording,
    name: index === 0 ? recording.name : `${recording.name} (call ${index + 1})`,
    payloads,
  }))
}

function read(path: string): Recording {
  const text = readFileSync(path, 'utf8')
  const name = basename(path)
  return name.endsWith('.json')
    ? { name, body: text, payloads: [] }
    : { name, body: undefined, payloads: text.split('\n').filter((line) => line.trim() !== '') }
}
