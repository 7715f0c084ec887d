import { parentPort, type MessagePort } from 'node:worker_threads'
import { systemClock } from '@fairlead/base'
import { cutLongRuns } from '../tokens/cut-long-runs.ts'
import type { CountAnswer, CountJob } from './thread-messages.ts'
import { Tokenizers } from './tokenizers.ts'

if (parentPort !== null) answerJobs(parentPort)

/** Counts what the process asks for, one job after another. */
function answerJobs(port: MessagePort): void {
  const tokenizers = new Tokenizers()
  let last: Promise<void> = Promise.resolve()
  port.on('message', (job: CountJob) => {
    last = last.then(async () => port.postMessage(await answer(job, tokenizers)))
  })
}

async function answer(
  { id, encoding, texts, untilMs }: CountJob,
  tokenizers: Tokenizers,
): Promise<CountAnswer> {
  try {
    const count = await tokenizers.of(encoding)
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
