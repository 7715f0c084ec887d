import { parentPort } from 'node:worker_threads'
import { systemClock } from '@fairlead/base'
import { cutLongRuns } from '../tokens/cut-long-runs.ts'
import type { Encoding } from '../tokens/tokenizer-of.ts'
import type { CountAnswer, CountJob } from './thread-messages.ts'

/** The thread that counts tokens: a tokenizer is slow to load, and counting takes its time. */

type Count = (text: string) => number

/** How many merged words a tokenizer remembers: some megabytes. */
const mergeCacheSize = 20_000
/** No special token is one in what is counted. */
const asText = { disallowedSpecial: new Set<string>() }

const tokenizers = new Map<Encoding, Promise<Count>>()

async function load(encoding: Encoding): Promise<Count> {
  const { countTokens, setMergeCacheSize } =
    encoding === 'o200k_base'
      ? await import('gpt-tokenizer/encoding/o200k_base')
      : await import('gpt-tokenizer/encoding/cl100k_base')
  setMergeCacheSize(mergeCacheSize)
  return (text) => countTokens(text, asText)
}

async function answer({ id, encoding, texts, untilMs }: CountJob): Promise<CountAnswer> {
  try {
    const loading = tokenizers.get(encoding) ?? load(encoding)
    tokenizers.set(encoding, loading)
    const count = await loading
    const counts: number[] = []
    for (const text of texts) {
      let total = 0
      for (const piece of cutLongRuns(text)) {
        // Whoever asked has given up: others wait.
        if (systemClock.now() > untilMs) return { id }
        total += count(piece)
      }
      counts.push(total)
    }
    return { id, counts }
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) }
  }
}

// One after another: a later job's pieces do not mix with those of an earlier one.
let last: Promise<void> = Promise.resolve()
parentPort?.on('message', (job: CountJob) => {
  last = last.then(async () => parentPort?.postMessage(await answer(job)))
})
