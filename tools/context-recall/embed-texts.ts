import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { VectorOf } from './measure-recall.ts'

const textsPerBatch = 64
const cacheFolder = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
const defaultFile = join(cacheFolder, 'fairlead', 'all-minilm-l6-v2.jsonl')

/**
 * Vectors of texts by all-MiniLM-L6-v2, made once and kept in a file of lines. Making those of ten
 * long chats takes about half an hour on one CPU. Rejects where Python cannot run the model.
 */
export async function embedTexts(texts: Iterable<string>, file = defaultFile): Promise<VectorOf> {
  const known = readVectors(file)
  const missing = [...new Set(texts)].filter((text) => !known.has(hashOf(text)))
  if (missing.length > 0) await makeVectors(missing, known, file)
  return (text) => {
    const vector = known.get(hashOf(text))
    if (vector === undefined) throw new Error(`there is no vector of "${text.slice(0, 40)}…"`)
    return vector
  }
}

async function makeVectors(
  texts: readonly string[],
  known: Map<string, Float32Array>,
  file: string,
): Promise<void> {
  mkdirSync(dirname(file), { recursive: true })
  const script = fileURLToPath(new URL('embed.sh', import.meta.url))
  const encoder = spawn(script, { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface({ input: encoder.stdout })[Symbol.asyncIterator]()
  for (let from = 0; from < texts.length; from += textsPerBatch) {
    const batch = texts.slice(from, from + textsPerBatch)
    encoder.stdin.write(`${JSON.stringify({ texts: batch })}\n`)
    const { done, value } = await answers.next()
    if (done === true) throw new Error('the model ended: see what it printed above')
    const { vectors } = JSON.parse(value) as { readonly vectors: readonly string[] }
    batch.forEach((text, at) => {
      const vector = vectors[at] ?? ''
      known.set(hashOf(text), decoded(vector))
      appendFileSync(file, `${JSON.stringify({ hash: hashOf(text), vector })}\n`)
    })
    process.stderr.write(
      `\rvectors: ${Math.min(texts.length, from + textsPerBatch)} of ${texts.length}`,
    )
  }
  process.stderr.write('\n')
  encoder.stdin.end()
}

function readVectors(file: string): Map<string, Float32Array> {
  const known = new Map<string, Float32Array>()
  if (!existsSync(file)) return known
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    // The last line may have been cut.
    if (!line.endsWith('}')) continue
    const { hash, vector } = JSON.parse(line) as { readonly hash: string; readonly vector: string }
    known.set(hash, decoded(vector))
  }
  return known
}

function decoded(vector: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(vector, 'base64')).buffer)
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
