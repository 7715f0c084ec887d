import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { consoleLogger, systemClock } from '@fairlead/base'
import { startPostgresServer } from '@fairlead/base/testing'
import {
  configMapSource,
  type KnowledgeIndex,
  openCutter,
  openPostgresIndex,
  openSqliteIndex,
  Refresher,
} from '@fairlead/knowledge'
import { embedTexts } from './context-recall/embed-texts.ts'
import { knowledgeQuestions } from './knowledge-questions.ts'
import { postgres } from './programs/postgres.ts'
import { providePrograms } from './programs/provide-programs.ts'

// npm run bench:knowledge: how often the document with the answer is among the first five, by mode and
// store: real questions over the manuals of the packages that are installed. Vectors are made by
// all-MiniLM-L6-v2, once, which takes some minutes; `-- --modes BM25` needs none.

const { values } = parseArgs({
  options: {
    modes: { type: 'string', default: 'BM25,Vector,Hybrid' },
    stores: { type: 'string', default: 'SQLite,Postgres' },
    missed: { type: 'boolean', default: false },
  },
})
const modes = (['BM25', 'Vector', 'Hybrid'] as const).filter((mode) =>
  values.modes.split(',').includes(mode),
)
const stores = values.stores.split(',')
const hasVectors = modes.some((mode) => mode !== 'BM25')
const model = hasVectors ? 'all-minilm-l6-v2' : null
const bytesMax = 2 ** 30
const root = join(import.meta.dirname, '../node_modules')
const chunking = { maxTokens: 400, overlapTokens: 40, splitOn: 'Headings' } as const
const folder = mkdtempSync(join(tmpdir(), 'knowledge-recall-'))
const cutter = openCutter({ clock: systemClock })
const manuals = manualsBelow(root)

try {
  const vectorOf = hasVectors ? await embedTexts(await textsToEmbed()) : undefined
  if (stores.includes('SQLite')) {
    const path = join(folder, 'index.db')
    await measure('SQLite', await openSqliteIndex({ path, model, bytesMax }), vectorOf)
  }
  if (stores.includes('Postgres')) {
    const release = await providePrograms([postgres])
    await using server = await startPostgresServer()
    const { url } = server
    const options = { url, name: 'manuals', model, bytesMax, clock: systemClock }
    await measure('Postgres', await openPostgresIndex(options), vectorOf)
    release()
  }
} finally {
  await cutter.close()
  rmSync(folder, { recursive: true })
}

/** What is asked of a model while the manuals are indexed, and the questions. */
async function textsToEmbed(): Promise<readonly string[]> {
  const texts: string[] = knowledgeQuestions.map(([text]) => text)
  const path = join(folder, 'texts.db')
  const index = await openSqliteIndex({ path, model, bytesMax })
  await fill(index, (text) => {
    texts.push(text)
    return Float32Array.of(1)
  })
  await index.close()
  return texts
}

/** Returns how many passages there are, and how long it took. */
async function fill(
  index: KnowledgeIndex,
  vectorOf: ((text: string) => Float32Array) | undefined,
): Promise<string> {
  const refresher = new Refresher({
    index,
    cutter,
    chunking,
    embedder:
      model === null || vectorOf === undefined
        ? undefined
        : { model, embed: (texts) => Promise.resolve(texts.map(vectorOf)) },
    clock: systemClock,
    logger: consoleLogger(),
    sources: [
      { source: configMapSource({ name: 'manuals', data: () => manuals }), everyMs: undefined },
    ],
  })
  const startedMs = performance.now()
  await refresher.refresh()
  const tookMs = performance.now() - startedMs
  await refresher.close()
  const [figures] = refresher.figures()
  return `${figures?.documents} documents, ${figures?.passages} passages, ${figures?.failures} failures, indexed in ${Math.round(tookMs)} ms`
}

async function measure(
  name: string,
  index: KnowledgeIndex,
  vectorOf: ((text: string) => Float32Array) | undefined,
): Promise<void> {
  const { signal } = new AbortController()
  print(`${name}: ${await fill(index, vectorOf)}`)
  for (const mode of modes) {
    const ranks: number[] = []
    const times: number[] = []
    for (const [text, ...answers] of knowledgeQuestions) {
      const vector = vectorOf?.(text)
      const startedMs = performance.now()
      const found = await index.search({
        text,
        mode,
        topK: 5,
        signal,
        ...(vector === undefined ? {} : { vector }),
      })
      times.push(performance.now() - startedMs)
      const rank = found.findIndex(({ document }) => answers.includes(document))
      ranks.push(rank)
      if (rank === -1 && values.missed) print(`${mode} does not find: ${text}`)
    }
    const share = (within: number) => {
      const count = ranks.filter((rank) => rank !== -1 && rank < within).length
      return `${((100 * count) / ranks.length).toFixed(1)} %`
    }
    const middleMs = times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0
    print(
      `${name}, ${mode}: ${ranks.length} questions, recall@1 ${share(1)}, recall@5 ${share(5)}, median ${middleMs.toFixed(1)} ms`,
    )
  }
  await index.close()
}

/** Manuals and readmes, by their paths; packages of this repository are links, and left out. */
function manualsBelow(folderPath: string): Record<string, string> {
  const found: Record<string, string> = {}
  const visit = (path: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const inner = join(path, entry.name)
      const isNested = entry.name === 'node_modules' || entry.name.startsWith('.')
      if (entry.isDirectory() && !isNested) visit(inner)
      else if (
        entry.isFile() &&
        /\.md$/i.test(entry.name) &&
        !/^(?:changelog|license|history)/i.test(entry.name)
      ) {
        found[relative(root, inner)] = readFileSync(inner, 'utf8')
      }
    }
  }
  visit(folderPath)
  return found
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
