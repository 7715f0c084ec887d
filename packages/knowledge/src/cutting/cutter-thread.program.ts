import { parentPort, type MessagePort } from 'node:worker_threads'
import { cutDocument } from './cut-document.ts'
import type { CutAnswer, CutJob } from './cutter-messages.ts'

if (parentPort !== null) serve(parentPort)

/** Cuts the documents that its process sends, one at a time. */
function serve(port: MessagePort): void {
  port.on('message', ({ chunking, document }: CutJob) => {
    cutDocument(document, chunking).then(
      (cut) => port.postMessage({ cut } satisfies CutAnswer),
      (error: unknown) => port.postMessage({ problem: problemOf(error) } satisfies CutAnswer),
    )
  })
}

function problemOf(error: unknown): string {
  // What is nested beyond the stack is no document that anybody wrote.
  if (error instanceof RangeError) return 'the document is nested too deeply or too large'
  return error instanceof Error ? error.message : 'the document could not be read'
}
