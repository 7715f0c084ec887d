import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { consoleLogger, systemClock } from '@fairlead/base'
import {
  configMapSource,
  type KnowledgeIndex,
  openCutter,
  openSqliteIndex,
  Refresher,
} from '@fairlead/knowledge'
import { knowledgeQuestions } from './knowledge-questions.ts'

/**
 * How often the document with the answer is among the first five, by words: real questions over the
 * manuals of the packages that are installed. `npm run bench:knowledge`.
 */
const root = join(import.meta.dirname, '../node_modules')
const chunking = { maxTokens: 400, overlapTokens: 40, splitOn: 'Headings' } as const
const folder = mkdtempSync(join(tmpdir(), 'knowledge-recall-'))
const cutter = openCutter({ clock: systemClock })
const index = await openSqliteIndex({
  path: join(folder, 'index.db'),
  model: null,
  bytesMax: 2 ** 30,
})
try {
  const manuals = manualsBelow(root)
  const refresher = new Refresher({
    index,
    cutter,
    chunking,
    embedder: undefined,
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
  print(
    `${figures?.documents} documents, ${figures?.passages} passages, ${figures?.failures} failures, indexed in ${Math.round(tookMs)} ms`,
  )
  await measure(index)
} finally {
  await index.close()
  await cutter.close()
  rmSync(folder, { recursive: true })
}

async function measure(searched: KnowledgeIndex): Promise<void> {
  const { signal } = new AbortController()
  const ranks: number[] = []
  const times: number[] = []
  for (const [text, ...answers] of knowledgeQuestions) {
    const startedMs = performance.now()
    const found = await searched.search({ text, mode: 'BM25', topK: 5, signal })
    times.push(performance.now() - startedMs)
    const rank = found.findIndex(({ document }) => answers.includes(document))
    ranks.push(rank)
    if (rank === -1) print(`not found: ${text}`)
  }
  const share = (within: number) => {
    const count = ranks.filter((rank) => rank !== -1 && rank < within).length
    return `${((100 * count) / ranks.length).toFixed(1)} %`
  }
  const middleMs = times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0
  print(
    `BM25: ${ranks.length} questions, recall@1 ${share(1)}, recall@5 ${share(5)}, median ${middleMs.toFixed(1)} ms`,
  )
}

/** Manuals and readmes, by their paths; packages of this repository are links, and left out. */
function manualsBelow(folderPath: string): Record<string, string> {
  const manuals: Record<string, string> = {}
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
        manuals[relative(root, inner)] = readFileSync(inner, 'utf8')
      }
    }
  }
  visit(folderPath)
  return manuals
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
